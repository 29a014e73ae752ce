package com.intel.analytics.bigdl.graft

import org.tensorflow.framework.NodeDef

/** Height, width and channels of a layer's output. */
case class Shape(height: Int, width: Int, channels: Int) {
  def isFlat: Boolean = height == 1 && width == 1

  override def toString: String = s"$height x $width x $channels"
}

/** Pixels that are added around a picture. */
case class Padding(top: Int, bottom: Int, left: Int, right: Int) {
  def isNone: Boolean = this == Padding.None
}

object Padding {
  val None: Padding = Padding(0, 0, 0, 0)

  /** TensorFlow's SAME: as many outputs as strides begin in the input. */
  def same(input: Shape, height: Int, width: Int, strideHeight: Int, strideWidth: Int): Padding = {
    val (top, bottom) = along(input.height, height, strideHeight)
    val (left, right) = along(input.width, width, strideWidth)
    Padding(top, bottom, left, right)
  }

  private def along(length: Int, window: Int, stride: Int): (Int, Int) = {
    val outputs = (length + stride - 1) / stride
    val total = math.max((outputs - 1) * stride + window - length, 0)
    (total / 2, total - total / 2)
  }
}

/**
 * The window of a convolution or pooling that moves over an input.
 *
 * @param pads of the node and of a `Pad` before it together
 * @param isSame whether they are what SAME means for this input
 */
case class Window(
    input: Shape, height: Int, width: Int, strideHeight: Int, strideWidth: Int, pads: Padding,
    isSame: Boolean) {

  /** The padding of height and width in BigDL's words for a pooling: -1 for SAME. */
  def ofPooling(node: NodeDef): (Int, Int) =
    if (pads.isNone) (0, 0)
    else if (isSame) (-1, -1)
    else if (pads.top == pads.bottom && pads.left == pads.right) (pads.top, pads.left)
    else Graph.unknown(node, s"with uneven padding $pads")

  /** The padding in numbers, where it is the same on all sides of a window that moves by 1. */
  def centred(node: NodeDef): (Int, Int) = {
    val odd = height % 2 == 1 && width % 2 == 1
    val isCentred = strideHeight == 1 && strideWidth == 1 && odd
    if (!pads.isNone && !isCentred) Graph.unknown(node, "with uneven padding")
    (pads.top, pads.left)
  }

  def output(channels: Int): Shape = Shape(
    (input.height + pads.top + pads.bottom - height) / strideHeight + 1,
    (input.width + pads.left + pads.right - width) / strideWidth + 1,
    channels)
}

object Window {
  import Graph._

  /**
   * @param node a convolution or a pooling
   * @param input what it, or the padding before it, reads
   * @param padded the `Pad` before it
   */
  def apply(node: NodeDef, graph: Graph, weights: Weights, input: Shape, padded: Option[NodeDef])
      : Window = {
    val (height, width) = size(node, weights)
    val Seq(_, strideHeight, strideWidth, _) = integers(node, "strides")
    val same = Padding.same(input, height, width, strideHeight, strideWidth)
    val pads = (text(node, "padding"), padded) match {
      case ("SAME", None) => same
      case ("VALID", None) => Padding.None
      case ("VALID", Some(pad)) => around(ints(graph.source(pad, 1)))
      case ("EXPLICIT", None) => around(integers(node, "explicit_paddings"))
      case (other, _) => unknown(node, s"with padding $other")
    }
    Window(input, height, width, strideHeight, strideWidth, pads, pads == same)
  }

  private def size(node: NodeDef, weights: Weights): (Int, Int) =
    if (node.getAttrMap.containsKey("ksize")) {
      val Seq(_, height, width, _) = integers(node, "ksize")
      (height, width)
    } else {
      val Array(height, width, _, _) = weights.shape(node, 1)
      (height, width)
    }

  private def around(pads: Seq[Int]): Padding = {
    val Seq(0, 0, top, bottom, left, right, 0, 0) = pads
    Padding(top, bottom, left, right)
  }
}
