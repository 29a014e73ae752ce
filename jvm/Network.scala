package com.intel.analytics.bigdl.graft

import com.intel.analytics.bigdl.dllib.nn.mkldnn._
import com.intel.analytics.bigdl.dllib.tensor.Tensor
import com.intel.analytics.bigdl.dllib.utils.Node
import com.intel.analytics.bigdl.mkl.{Memory, MklDnn}

/**
 * The network of a dump as BigDL's MKL-DNN layers, for one thread and batches of one size.
 *
 * MKL-DNN's own layers know TensorFlow's SAME padding, which BigDL's conversion of a whole model
 * refuses.
 */
class Network private (graph: DnnGraph) {

  /** Returns the outputs for a batch, all of them float32 `[batch, height, width, channels]`. */
  def run(images: Tensor[Float]): Seq[Array[Float]] = {
    // OpenMP counts threads by thread, and Spark's tasks move between them.
    MklDnn.setNumThreads(1)
    val output = graph.forward(images)
    val tensors =
      if (output.isTensor) Seq(output.toTensor[Float])
      else output.toTable.toSeq[Tensor[Float]]
    tensors.map(tensor => tensor.storage().array())
  }

  def release(): Unit = graph.release()
}

object Network {

  /**
   * Builds what lies between `dump`'s image batch and the nodes `outputs`, one network at a time:
   * until it is compiled the largest of its weights are on the heap twice.
   *
   * @param natives its weights, which networks of one dump and one batch size share
   */
  def apply(
      graph: Graph, dump: Dump, batch: Int, outputs: Seq[String], natives: NativeWeights)
      : Network = synchronized {
    MklDnn.setNumThreads(1)
    val layered = layers(graph, dump, batch, outputs, natives)
    layered.evaluate()
    layered.compile(Phase.InferencePhase)
    new Network(layered)
  }

  /** The layers between `dump`'s image batch and the nodes `outputs`, not yet compiled. */
  def layers(
      graph: Graph, dump: Dump, batch: Int, outputs: Seq[String], natives: NativeWeights)
      : DnnGraph = {
    val size = dump.preprocessing.size
    val input = Node(
      Input(Array(batch, 3, size, size), Memory.Format.nhwc).asInstanceOf[Layers.Layer])
    val layers = new Layers(
      graph, new Weights(graph, dump.tensors), dump.nodes("image_batch"), input,
      Shape(size, size, 3), natives, joins = outputs == Seq(dump.nodes("feature")))
    DnnGraph(Seq(input), outputs.map(name => layers.after(Output(Memory.Format.nhwc), name)))
  }
}
