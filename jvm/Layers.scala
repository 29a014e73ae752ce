package com.intel.analytics.bigdl.graft

import scala.collection.JavaConverters._
import scala.collection.mutable

import com.intel.analytics.bigdl.dllib.nn.Graph.ModuleNode
import com.intel.analytics.bigdl.dllib.nn.abstractnn.{AbstractModule, Activity}
import com.intel.analytics.bigdl.dllib.nn.mkldnn._
import com.intel.analytics.bigdl.dllib.utils.Node
import org.tensorflow.framework.NodeDef

/**
 * The nodes of a network's graph as MKL-DNN layers, each made when it is asked for.
 *
 * What normalises or shifts the output of a convolution that nobody else reads is folded into it
 * (Ioffe and Szegedy, https://arxiv.org/abs/1502.03167, section 3.1).
 *
 * @param input the layer of the image batch, `inputName`, whose images have the shape `inputShape`
 */
class Layers(
    graph: Graph, weights: Weights, inputName: String, input: Layers.LayerNode, inputShape: Shape) {
  import Graph._
  import Layers._

  private val made = mutable.HashMap(inputName -> Made(input, inputShape))

  /** Adds a layer behind the node `name`. */
  def after(layer: MklDnnLayer, name: String): LayerNode = connect(layer, get(name))

  private def connect(layer: MklDnnLayer, inputs: Made*): LayerNode = {
    val node = Node(layer.asInstanceOf[Layer])
    inputs.foreach(_.layer.add(node))
    node
  }

  private def get(name: String): Made =
    made.getOrElseUpdate(name, Graph.naming(graph(name))(make))

  private def source(node: NodeDef, index: Int): Made = get(graph.input(node, index)._1.getName)

  private def make(node: NodeDef): Made = {
    requireText(node, "data_format", "NHWC")
    node.getOp match {
      case "Identity" => source(node, 0)
      case "Conv2D" | "DepthwiseConv2dNative" => affine(node)
      case "BiasAdd" | "FusedBatchNorm" =>
        requireFalse(node, "is_training")
        if (isConvolution(node)) affine(node) else ofEachChannel(node)
      case "Relu" =>
        // BigDL joins its own with the layer before it, whoever else reads that.
        val alone = graph.readers(graph.source(node, 0)).size == 1
        same(if (alone) ReLU() else new Clip(Float.MaxValue), source(node, 0))
      case "Relu6" => same(new Clip(6), source(node, 0))
      case "Add" => sum(node)
      case "ConcatV2" => concatenation(node)
      case "MaxPool" => maxPool(node)
      case "AvgPool" => averagePool(node)
      case "Mean" => mean(node)
      case "Squeeze" | "Reshape" =>
        val before = source(node, 0)
        if (!before.shape.isFlat) unknown(node, s"of ${before.shape}")
        before
      case _ => unknown(node, "in the network")
    }
  }

  private def same(layer: MklDnnLayer, before: Made): Made =
    Made(connect(layer, before), before.shape)

  /** Whether `node` is a convolution, shifted and normalised or not, that has one reader. */
  private def foldable(node: NodeDef): Boolean =
    graph.readers(node).size == 1 && isConvolution(node)

  private def isConvolution(node: NodeDef): Boolean = node.getOp match {
    case op if Convolutions(op) => true
    case "BiasAdd" | "FusedBatchNorm" => foldable(graph.source(node, 0))
    case _ => false
  }

  /** The convolution that `node` ends with, all that follows in it folded into it. */
  private def affine(node: NodeDef): Made = {
    val folded = Folded(node)
    val before = source(folded.input, 0)
    val window = Window(folded.node, graph, weights, before.shape, padded = folded.padding)
    val layer = Convolution(folded.node, weights(folded.node, 1), window, folded.gain, folded.bias)
    Made(connect(layer, before), window.output(layer.nOutputPlane))
  }

  /** A convolution's node, what its outputs are multiplied by and what is added, by channel. */
  private case class Folded(node: NodeDef, gain: Array[Float], bias: Array[Float]) {
    private val before = graph.source(node, 0)

    /** The padding of its own before it, if there is one. */
    val padding: Option[NodeDef] = if (before.getOp == "Pad") Some(before) else None

    /** The node whose first input the convolution reads. */
    def input: NodeDef = padding.getOrElse(node)
  }

  private object Folded {
    def apply(node: NodeDef): Folded = node.getOp match {
      case "BiasAdd" =>
        val inner = apply(graph.source(node, 0))
        val shift = weights.perChannel(node, 1, inner.gain.length)
        inner.copy(bias = inner.bias.zip(shift).map { case (b, s) => b + s })
      case "FusedBatchNorm" =>
        val inner = apply(graph.source(node, 0))
        val (gain, bias) = normalise(node)
        inner.copy(
          gain = inner.gain.zip(gain).map { case (a, b) => a * b },
          bias = inner.bias.indices.map(i => inner.bias(i) * gain(i) + bias(i)).toArray)
      case _ =>
        val channels = Convolution.channels(node, weights(node, 1))
        new Folded(node, Array.fill(channels)(1f), new Array[Float](channels))
    }
  }

  /** Factor and shift of a batch normalisation, by channel. */
  private def normalise(node: NodeDef): (Array[Float], Array[Float]) = {
    val Seq(gamma, beta, mean, variance) = (1 to 4).map(i => weights(node, i).storage)
    val epsilon = node.getAttrOrThrow("epsilon").getF
    val gain = gamma.zip(variance).map { case (g, v) => g / math.sqrt(v + epsilon).toFloat }
    (gain, gain.indices.map(i => beta(i) - mean(i) * gain(i)).toArray)
  }

  /** A shift or a normalisation that no convolution takes in. */
  private def ofEachChannel(node: NodeDef): Made = {
    val before = source(node, 0)
    val channels = before.shape.channels
    val (gain, bias) =
      if (node.getOp == "BiasAdd") {
        (Array.fill(channels)(1f), weights.perChannel(node, 1, channels))
      } else normalise(node)
    same(Convolution.ofEachChannel(gain, bias), before)
  }

  private def sum(node: NodeDef): Made = {
    val order = Seq(Seq(0, 1), Seq(1, 0)).find(joinable(node, _))
    val inputs = order.getOrElse(Seq(0, 1)).map(source(node, _))
    if (inputs.map(_.shape).distinct.size != 1) {
      unknown(node, s"of ${inputs.map(_.shape).mkString(" and ")}")
    }
    val layer = if (order.isDefined) CAddTable() else new Sum
    Made(connect(layer, inputs: _*), inputs.head.shape)
  }

  /**
   * Whether BigDL may join a sum with the convolution that is the first of its inputs. It writes it
   * over the other one: that is right where nothing reads the other later, and where MKL-DNN has
   * all values in one order, blocks of 16 channels.
   */
  private def joinable(sum: NodeDef, order: Seq[Int]): Boolean = {
    val Seq(first, second) = order.map(graph.source(sum, _))
    val ahead = graph.ancestors(first)
    val others = graph.readers(second).filter(_.getName != sum.getName)
    foldable(first) && second.getName != inputName && others.forall(o => ahead(o.getName)) && {
      val folded = Folded(first)
      val channels = Seq(folded.gain.length, source(folded.input, 0).shape.channels)
      channels.forall(_ % Block == 0)
    }
  }

  private def concatenation(node: NodeDef): Made = {
    val count = node.getInputCount - 1
    val axis = ints(graph.source(node, count)).head
    if (axis != 3 && axis != -1) unknown(node, s"along axis $axis, expected channels")
    val inputs = (0 until count).map(source(node, _))
    val shape = inputs.head.shape.copy(channels = inputs.map(_.shape.channels).sum)
    Made(connect(JoinTable(2), inputs: _*), shape)
  }

  private def maxPool(node: NodeDef): Made = {
    val before = graph.source(node, 0)
    // Zeros around what is not negative: none is larger than what is there.
    val padding =
      if (before.getOp == "Pad" && notNegative(graph.source(before, 0))) Some(before) else None
    val input = source(padding.getOrElse(node), 0)
    val window = Window(node, graph, weights, input.shape, padding)
    val layer = MaxPooling(
      window.width, window.height, window.strideWidth, window.strideHeight,
      window.padWidth, window.padHeight)
    Made(connect(layer.floor(), input), window.output(input.shape.channels))
  }

  private def notNegative(node: NodeDef): Boolean = node.getOp == "Relu" || node.getOp == "Relu6"

  private def averagePool(node: NodeDef): Made = {
    val before = source(node, 0)
    val window = Window(node, graph, weights, before.shape, None)
    val around = if (window.isPadded) window.centred(node) else (0, 0)
    val layer = AvgPooling(
      window.width, window.height, window.strideWidth, window.strideHeight, around._1, around._2)
    Made(connect(layer.floor(), before), window.output(before.shape.channels))
  }

  private def mean(node: NodeDef): Made = {
    val before = source(node, 0)
    val axes = ints(graph.source(node, 1)).map(axis => (axis + 4) % 4).toSet
    if (axes != Set(1, 2)) unknown(node, s"along axes ${axes.mkString(", ")}")
    val shape = before.shape
    Made(
      connect(AvgPooling(shape.width, shape.height).floor(), before),
      Shape(1, 1, shape.channels))
  }
}

object Layers {
  type Layer = AbstractModule[Activity, Activity, Float]
  type LayerNode = ModuleNode[Float]

  private val Block = 16
  private val Convolutions = Set("Conv2D", "DepthwiseConv2dNative")

  private case class Made(layer: LayerNode, shape: Shape)
}
