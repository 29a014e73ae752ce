package com.intel.analytics.bigdl.dllib.nn.mkldnn

import scala.collection.mutable

import com.intel.analytics.bigdl.dllib.tensor.Tensor
import com.intel.analytics.bigdl.dllib.tensor.TensorNumericMath.TensorNumeric.NumericFloat

/** Weights in MKL-DNN's own memory and order, once for all networks that have the same. */
class NativeWeights {
  private val made = mutable.HashMap[(String, MemoryData), ReorderMemory]()

  /**
   * Returns the weights of a name, which are made of what is on the heap if they are not there.
   *
   * @param order how MKL-DNN wants them
   * @param values in the order `layout` of the axes `shape`
   */
  private[mkldnn] def apply(name: String, order: MemoryData, runtime: MklDnnRuntime)(
      values: => Array[Float], shape: Array[Int], layout: Int): Tensor[Float] = synchronized {
    val reorder = made.getOrElseUpdate((name, order), {
      val heap = Tensor[Float](values, shape)
      val fresh = ReorderMemory(order)
      fresh.setRuntime(runtime)
      fresh.initFwdPrimitives(Array(HeapData(shape, layout)), Phase.InferencePhase)
      fresh.forward(heap)
      // The layer remembers what it has read last.
      heap.set()
      fresh
    })
    reorder.output.asInstanceOf[Tensor[Float]]
  }

  def release(): Unit = synchronized {
    made.values.foreach(_.release())
    made.clear()
  }
}
