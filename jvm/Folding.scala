package com.intel.analytics.bigdl.graft

import org.tensorflow.framework.NodeDef

/**
 * A convolution, or nothing, and what its outputs are multiplied by and what is added, by channel.
 *
 * @param convolution its node; without one the input itself is scaled
 * @param padding the padding of its own before it, if there is one
 * @param reader the node whose input `index` is the input of all
 */
case class Folded(
    convolution: Option[NodeDef], padding: Option[NodeDef], reader: NodeDef, index: Int,
    gain: Array[Float], bias: Array[Float]) {

  def scaled(factor: Array[Float], shift: Array[Float]): Folded = copy(
    gain = gain.zip(factor).map { case (a, b) => a * b },
    bias = bias.indices.map(i => bias(i) * factor(i) + shift(i)).toArray)
}

/**
 * Finds what is folded into one layer: what scales or shifts each channel of what nobody else reads
 * (Ioffe and Szegedy, https://arxiv.org/abs/1502.03167, section 3.1).
 */
class Folding(graph: Graph, weights: Weights) {
  import Graph._

  /** Whether a node is a convolution, or scales or shifts each channel. */
  def isAffine(node: NodeDef): Boolean = Convolution.is(node) || data(node).isDefined

  /** Whether the only reader of a node can take it in. */
  def isTaken(node: NodeDef): Boolean = graph.readers(node).size == 1 && isAffine(node)

  /**
   * What a node computes.
   *
   * @param channels of the output of the node that reads what is scaled, if there is no convolution
   */
  def apply(node: NodeDef)(channels: (NodeDef, Int) => Int): Folded = data(node) match {
    case Some(index) =>
      val before = graph.source(node, index)
      val inner =
        if (isTaken(before)) apply(before)(channels)
        else identity(None, node, index, channels(node, index))
      val (factor, shift) = scaling(node, inner.gain.length)
      inner.scaled(factor, shift)
    case None =>
      val padding = Some(graph.source(node, 0)).filter(_.getOp == "Pad")
      identity(
        Some(node), padding.getOrElse(node), 0, Convolution.channels(node, weights.shape(node, 1)))
        .copy(padding = padding)
  }

  private def identity(
      convolution: Option[NodeDef], reader: NodeDef, index: Int, channels: Int): Folded =
    Folded(
      convolution, None, reader, index, Array.fill(channels)(1f), new Array[Float](channels))

  /** Which input of a node is scaled or shifted by constants, if one is. */
  private def data(node: NodeDef): Option[Int] = node.getOp match {
    case "BiasAdd" => Some(0)
    case op if BatchNorms(op) => Some(0)
    case "Mul" | "Add" | "AddV2" | "Sub" =>
      val constants = Seq(0, 1).filter(i => weights.isConstant(graph.source(node, i)))
      if (constants.size == 1) Some(1 - constants.head) else None
    case _ => None
  }

  /** Factor and shift of a node, by channel. */
  private def scaling(node: NodeDef, channels: Int): (Array[Float], Array[Float]) = {
    requireText(node, "data_format", "NHWC")
    lazy val constant = weights.perChannel(node, 1 - data(node).get, channels)
    lazy val ones = Array.fill(channels)(1f)
    node.getOp match {
      case "Mul" => (constant, new Array[Float](channels))
      case "Sub" if data(node).get == 1 => (ones.map(-_), constant)
      case "Sub" => (ones, constant.map(-_))
      case "BiasAdd" | "Add" | "AddV2" => (ones, constant)
      case _ => normalisation(node)
    }
  }

  private def normalisation(node: NodeDef): (Array[Float], Array[Float]) = {
    requireFalse(node, "is_training")
    val Seq(gamma, beta, mean, variance) = (1 to 4).map(i => weights(node, i).storage)
    val epsilon = node.getAttrOrThrow("epsilon").getF
    val gain = gamma.zip(variance).map { case (g, v) => g / math.sqrt(v + epsilon).toFloat }
    (gain, gain.indices.map(i => beta(i) - mean(i) * gain(i)).toArray)
  }

  private val BatchNorms = Set("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
}
