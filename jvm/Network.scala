package com.intel.analytics.bigdl.graft

import com.intel.analytics.bigdl.dllib.nn.mkldnn._
import com.intel.analytics.bigdl.dllib.tensor.Tensor
import com.intel.analytics.bigdl.dllib.utils.Node
import com.intel.analytics.bigdl.mkl.{Memory, MklDnn}

/**
 * The network of a dump as BigDL's MKL-DNN layers, for one thread and batches of one size.
 *
 * MKL-DNN's own layers know TensorFlow's SAME padding, which BigDL's conversion of a whole model
 * refuses. `DnnGraph` joins layers: ReLU, and sums, with the convolutions before them.
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
  // BigDL reads it when a graph is compiled.
  private val Fusion = "bigdl.mkldnn.fusion"

  /**
   * Builds what lies between `dump`'s image batch and the nodes `outputs`, one network at a time:
   * until it is compiled its weights are on the heap twice.
   */
  def apply(graph: Graph, dump: Dump, batch: Int, outputs: Seq[String]): Network = synchronized {
    MklDnn.setNumThreads(1)
    val size = dump.preprocessing.size
    val input = Node(
      Input(Array(batch, 3, size, size), Memory.Format.nhwc).asInstanceOf[Layers.Layer])
    val layers = new Layers(
      graph, new Weights(graph, dump.tensors), dump.nodes("image_batch"), input, Shape(size, size, 3))
    val ends = outputs.map(name => layers.after(Output(Memory.Format.nhwc), name))
    val layered = DnnGraph(Seq(input), ends)
    layered.evaluate()
    // A layer that is joined with another has not the values that its name says.
    compile(layered, fuse = outputs == Seq(dump.nodes("feature")))
    // Weights are in MKL-DNN's own memory and order now; those on the heap are for training.
    layered.parameters()._1.foreach(_.set())
    new Network(layered)
  }

  private def compile(graph: DnnGraph, fuse: Boolean): Unit = {
    val before = Option(System.getProperty(Fusion))
    System.setProperty(Fusion, fuse.toString)
    try graph.compile(Phase.InferencePhase)
    finally before.fold(System.clearProperty(Fusion))(System.setProperty(Fusion, _))
  }
}
