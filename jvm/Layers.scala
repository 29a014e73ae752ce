package com.intel.analytics.bigdl.graft

import scala.collection.mutable

import com.intel.analytics.bigdl.dllib.nn.Graph.ModuleNode
import com.intel.analytics.bigdl.dllib.nn.abstractnn.{AbstractModule, Activity}
import com.intel.analytics.bigdl.dllib.nn.mkldnn._
import com.intel.analytics.bigdl.dllib.utils.Node
import org.tensorflow.framework.NodeDef

/**
 * The nodes of a network's graph as MKL-DNN layers, each made when it is asked for.
 *
 * @param input the layer of the image batch, `inputName`, whose images have the shape `inputShape`
 * @param natives the weights in MKL-DNN's own memory
 * @param joins whether a convolution may write its sum with another node over that node's values
 */
class Layers(
    graph: Graph, weights: Weights, inputName: String, input: Layers.LayerNode, inputShape: Shape,
    natives: NativeWeights, joins: Boolean) {
  import Graph._
  import Layers._

  private val made = mutable.HashMap(inputName -> Made(input, inputShape))
  private val folding = new Folding(graph, weights)
  private val pooling = new Pooling(graph, weights)

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
      case _ if folding.isAffine(node) => affine(node, None, None)
      case "Relu" => bounded(node, Float.PositiveInfinity)
      case "Relu6" => bounded(node, 6)
      case "Add" | "AddV2" => sum(node, None)
      case "ConcatV2" => concatenation(node)
      case "MaxPool" => pooled(node, pooling.max(node)(source(_, 0).shape))
      case "AvgPool" => pooled(node, pooling.average(node)(source(_, 0).shape))
      case "Mean" => pooled(node, pooling.mean(node)(source(_, 0).shape))
      case "Squeeze" | "Reshape" => reshaped(node)
      case _ => unknown(node, "in the network")
    }
  }

  /** A ReLU, in one layer with what it alone reads. */
  private def bounded(node: NodeDef, bound: Float): Made = {
    val before = graph.source(node, 0)
    if (folding.isTaken(before)) affine(before, Some(bound), None)
    else if (isSum(before) && graph.readers(before).size == 1) sum(before, Some(bound))
    else clipped(source(node, 0), bound)
  }

  private def clipped(before: Made, bound: Float): Made =
    Made(connect(new Clip(bound), before), before.shape)

  private def isSum(node: NodeDef): Boolean = Sums(node.getOp) && !folding.isAffine(node)

  private def folded(node: NodeDef): Folded = folding(node)(source(_, _).shape.channels)

  /** The layer of a node with all that is folded into it, and what it adds to. */
  private def affine(node: NodeDef, bound: Option[Float], added: Option[Made]): Made = {
    val all = folded(node)
    val before = source(all.reader, all.index)
    val (kernel, shape) = all.convolution match {
      case Some(convolution) =>
        val window = Window(convolution, graph, weights, before.shape, all.padding)
        (Convolution.kernel(node.getName, convolution, weights, window, all.gain, all.bias),
          window.output(all.gain.length))
      case None =>
        (Convolution.ofEachChannel(node.getName, all.gain, all.bias), before.shape)
    }
    for (other <- added if other.shape != shape) unknown(node, s"that adds $shape to ${other.shape}")
    val layer = new FusedConvolution(kernel, bound, added.isDefined, natives)
    Made(connect(layer, before +: added.toSeq: _*), shape)
  }

  private def sum(node: NodeDef, bound: Option[Float]): Made =
    Seq((0, 1), (1, 0)).find { case (first, second) => isJoinable(node, first, second) } match {
      case Some((first, second)) =>
        affine(graph.source(node, first), bound, Some(source(node, second)))
      case None =>
        val inputs = Seq(0, 1).map(source(node, _))
        if (inputs.map(_.shape).distinct.size != 1) {
          unknown(node, s"of ${inputs.map(_.shape).mkString(" and ")}")
        }
        val total = Made(connect(new Sum, inputs: _*), inputs.head.shape)
        bound.fold(total)(clipped(total, _))
    }

  /**
   * Whether the first input of a sum, a convolution, may write the sum over the second: nothing may
   * read that then. What the convolution reads is computed before.
   */
  private def isJoinable(sum: NodeDef, first: Int, second: Int): Boolean = joins && {
    val (convolution, other) = (graph.source(sum, first), graph.origin(sum, second))
    folding.isTaken(convolution) && other.getName != inputName && {
      val all = folded(convolution)
      val read = graph.origin(all.reader, all.index)
      val earlier = graph.ancestors(read) + read.getName
      all.convolution.isDefined && read.getName != other.getName &&
        graph.users(other).forall(user => user.getName == sum.getName || earlier(user.getName))
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

  private def pooled(node: NodeDef, pool: Pool): Made =
    Made(connect(pool.layer, source(pool.reader, 0)), pool.output)

  /** A node that only names axes anew, of one value for each channel. */
  private def reshaped(node: NodeDef): Made = {
    val before = source(node, 0)
    if (!before.shape.isFlat) unknown(node, s"of ${before.shape}")
    if (node.getOp == "Reshape") {
      val lengths = graph.lengths(node)
      val others = lengths.drop(1).dropRight(1)
      if (!Set(-1, before.shape.channels)(lengths.last) || others.exists(_ != 1)) {
        unknown(node, s"of ${before.shape} to ${lengths.mkString(" x ")}")
      }
    }
    before
  }
}

object Layers {
  type Layer = AbstractModule[Activity, Activity, Float]
  type LayerNode = ModuleNode[Float]

  private val Sums = Set("Add", "AddV2")

  private case class Made(layer: LayerNode, shape: Shape)
}
