package com.intel.analytics.bigdl.graft

import java.util.{HashMap => JHashMap}

import scala.collection.JavaConverters._
import scala.collection.mutable

import com.intel.analytics.bigdl.dllib.nn.Graph.ModuleNode
import com.intel.analytics.bigdl.dllib.nn.abstractnn.{AbstractModule, Activity}
import com.intel.analytics.bigdl.dllib.nn.mkldnn._
import com.intel.analytics.bigdl.dllib.tensor.Tensor
import com.intel.analytics.bigdl.dllib.utils.{File, Node}
import com.intel.analytics.bigdl.dllib.utils.python.api.JTensor
import com.intel.analytics.bigdl.mkl.{Memory, MklDnn}
import org.tensorflow.framework.NodeDef

/**
 * The network of a dump as BigDL's MKL-DNN layers, for one thread and batches of one size.
 *
 * MKL-DNN's own layers know TensorFlow's SAME padding, which BigDL's conversion of a whole model
 * refuses. Batch normalisation is folded into the convolution before it (Ioffe and Szegedy,
 * https://arxiv.org/abs/1502.03167, section 3.1); `DnnGraph` fuses ReLU into it.
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
  import Graph._

  private type Layer = AbstractModule[Activity, Activity, Float]

  /** Builds what lies between `dump`'s image batch and the nodes `outputs`. */
  def apply(graph: Graph, dump: Dump, batch: Int, outputs: Seq[String]): Network = {
    MklDnn.setNumThreads(1)
    val shape = Array(batch, 3, dump.imageSize, dump.imageSize)
    val input = Node(Input(shape, Memory.Format.nhwc).asInstanceOf[Layer])
    val weights = Storage.reading(dump.tensors) {
      File.load[JHashMap[String, JTensor]](HadoopPath(dump.tensors).toString).asScala
    }
    val layers = new Layers(graph, weights, dump.nodes("image_batch"), input)
    val ends = outputs.map(name => layers.after(Output(Memory.Format.nhwc), name))
    val layered = DnnGraph(Seq(input), ends)
    layered.evaluate()
    layered.compile(Phase.InferencePhase)
    new Network(layered)
  }

  private class Layers(
      graph: Graph,
      weights: mutable.Map[String, JTensor],
      inputName: String,
      input: ModuleNode[Float]) {
    private val made = mutable.HashMap(inputName -> input)

    def after(layer: MklDnnLayer, names: String*): ModuleNode[Float] = {
      val node = Node(layer.asInstanceOf[Layer])
      names.foreach(name => get(name).add(node))
      node
    }

    private def get(name: String): ModuleNode[Float] = made.getOrElseUpdate(name, make(name))

    private def make(name: String): ModuleNode[Float] = naming(graph(name))(layer)

    private def layer(node: NodeDef): ModuleNode[Float] = {
      requireText(node, "data_format", "NHWC")
      lazy val Seq(_, kernelHeight, kernelWidth, _) = integers(node, "ksize")
      lazy val Seq(_, strideHeight, strideWidth, _) = integers(node, "strides")
      node.getOp match {
        case "Identity" => get(node.getInput(0))
        case "Relu" => after(ReLU(), node.getInput(0))
        case "ConcatV2" => after(JoinTable(2), node.getInputList.asScala.init: _*)
        case "MaxPool" =>
          val pad = padding(node)
          val pool = MaxPooling(kernelWidth, kernelHeight, strideWidth, strideHeight, pad, pad)
          after(pool, node.getInput(0))
        case "AvgPool" =>
          // BigDL counts the padding as zeros, TensorFlow does not count it.
          requireText(node, "padding", "VALID")
          val pool = AvgPooling(kernelWidth, kernelHeight, strideWidth, strideHeight)
          after(pool.floor(), node.getInput(0))
        case "FusedBatchNorm" =>
          val convolved = graph.source(node, 0)
          requireFalse(node, "is_training")
          if (convolved.getOp != "Conv2D") unknown(node, s"of a ${convolved.getOp}")
          val Seq(gamma, beta, mean, variance) = (1 to 4).map(i => value(node, i).storage)
          val epsilon = node.getAttrOrThrow("epsilon").getF
          val gain = gamma.zip(variance).map { case (g, v) => g / math.sqrt(v + epsilon).toFloat }
          val bias = gain.indices.map(i => beta(i) - mean(i) * gain(i)).toArray
          after(convolution(convolved, gain, bias), convolved.getInput(0))
        case _ => unknown(node, "in the network")
      }
    }

    /** A convolution whose weights of output channel `i` are scaled by `gain(i)`. */
    private def convolution(node: NodeDef, gain: Array[Float], bias: Array[Float]) = {
      requireText(node, "data_format", "NHWC")
      if (integers(node, "dilations").exists(_ != 1)) unknown(node, "with dilations")
      val weight = value(node, 1)
      val Array(height, width, inputs, outputs) = weight.shape
      val Seq(_, strideHeight, strideWidth, _) = integers(node, "strides")
      val pad = padding(node)
      new SpatialConvolution(
        inputs, outputs, width, height, strideWidth, strideHeight, pad, pad,
        initWeight = Tensor(toOutputsFirst(weight, gain), Array(outputs, inputs, height, width)),
        initBias = Tensor(bias, Array(outputs)))
    }

    /** The weights behind an input of a node. */
    private def value(node: NodeDef, index: Int): JTensor = {
      val source = graph.source(node, index)
      if (source.getOp == "VariableV2") {
        weights.getOrElse(
          source.getName, throw new DataError(s"model.bin has no variable ${source.getName}"))
      } else {
        val values = floats(source)
        new JTensor(values, Array(values.length), "float")
      }
    }
  }

  private def toOutputsFirst(weight: JTensor, gain: Array[Float]): Array[Float] = {
    val Array(height, width, inputs, outputs) = weight.shape
    val target = new Array[Float](weight.storage.length)
    val pixels = height * width
    var from = 0
    while (from < target.length) {
      val output = from % outputs
      val input = from / outputs % inputs
      val pixel = from / outputs / inputs
      target((output * inputs + input) * pixels + pixel) = weight.storage(from) * gain(output)
      from += 1
    }
    target
  }

  /** -1 is BigDL's word for SAME. */
  private def padding(node: NodeDef): Int =
    if (text(node, "padding") == "SAME") -1
    else {
      requireText(node, "padding", "VALID")
      0
    }
}
