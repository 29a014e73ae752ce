package com.intel.analytics.bigdl.graft

import java.io.IOException
import java.util.{List => JList}

import org.tensorflow.example.{Example, Feature}
import org.tensorflow.framework.{DataType, NodeDef}

/**
 * The part of a graph that parses a record: which keys of a `tf.train.Example` hold the picture
 * and the label.
 */
class RecordParser(graph: Graph, dump: Dump) {
  private val encodedKey = keyOf(dump.nodes("encoded"))
  private val labelKey = keyOf(dump.nodes("record_label"))

  /** Returns the JPEG, and the label with the name, of a serialised example. */
  def parse(record: Array[Byte]): (Array[Byte], Labelled) = {
    val features =
      try Example.parseFrom(record).getFeatures.getFeatureMap
      catch { case _: IOException => throw new DataError("it is not a tf.train.Example") }
    def only[A](key: String, values: Feature => JList[A]): A =
      Option(features.get(key)).map(values).filter(_.size == 1).map(_.get(0))
        .getOrElse(throw new DataError(s"it has no $key, expected one"))
    val label = only(labelKey, _.getInt64List.getValueList)
    val encoded = only(encodedKey, _.getBytesList.getValueList).toByteArray
    (encoded, Labelled(label.intValue, RecordName(features)))
  }

  private def keyOf(end: String): String = {
    val (node, output) = graph.input(graph(end), 0)
    if (node.getOp != "ParseSingleExample") Graph.unknown(node, "where a parser is expected")
    node.getAttrOrThrow("dense_keys").getList.getS(output).toStringUtf8
  }
}

/**
 * The part of a graph between a decoded picture and the network's input, one pass over the pixels.
 *
 * BigDL's own modules for these nodes compute the same at 140 ms for a picture. Every value is
 * computed in float32 in TensorFlow's order: what comes before scaling once for every byte, then the
 * scaling (bilinear, neither aligned corners nor half-pixel centres: compute_lerp in TensorFlow's
 * resize_bilinear_op.cc), then what comes after.
 */
class Preprocessing(graph: Graph, dump: Dump) {
  import Preprocessing._

  private val steps = stepsTo(graph(dump.nodes("image")), Nil)
  private val resizes = steps.collect { case resize: Resize => resize }
  private val Seq(Resize(height, width)) = resizes.take(1)
  if (resizes.size != 1 || height != dump.imageSize || width != dump.imageSize) {
    Graph.unknown(graph(dump.nodes("image")), s"of pictures scaled by ${resizes.mkString(", ")}")
  }
  private val (before, after) = {
    val (head, tail) = steps.span(!_.isInstanceOf[Resize])
    (pointwise(head), pointwise(tail))
  }
  private val ofByte = Array.tabulate(256)(byte => before.foldLeft(byte.toFloat)((x, f) => f(x)))

  /** Writes the image of a picture, float32 `[height, width, 3]`, to `target` from `offset` on. */
  def apply(picture: Picture, target: Array[Float], offset: Int): Unit = {
    val rows = new Interpolation(picture.height, height)
    val columns = new Interpolation(picture.width, width)
    val bytes = picture.bytes
    var o = offset
    var y = 0
    while (y < height) {
      val top = rows.lower(y) * picture.width
      val bottom = rows.upper(y) * picture.width
      var x = 0
      while (x < width) {
        val left = columns.lower(x)
        val right = columns.upper(x)
        var c = 0
        while (c < 3) {
          val topLeft = ofByte(bytes((top + left) * 3 + c) & 255)
          val topRight = ofByte(bytes((top + right) * 3 + c) & 255)
          val bottomLeft = ofByte(bytes((bottom + left) * 3 + c) & 255)
          val bottomRight = ofByte(bytes((bottom + right) * 3 + c) & 255)
          val above = topLeft + (topRight - topLeft) * columns.weight(x)
          val below = bottomLeft + (bottomRight - bottomLeft) * columns.weight(x)
          target(o) = above + (below - above) * rows.weight(y)
          o += 1
          c += 1
        }
        x += 1
      }
      y += 1
    }
    after.foreach { step =>
      var i = offset
      while (i < o) { target(i) = step(target(i)); i += 1 }
    }
  }

  /** Steps from the decoded picture to `node`, followed by `later`. */
  private def stepsTo(node: NodeDef, later: List[Step]): List[Step] =
    if (node.getName == dump.nodes("decoded")) later
    else {
      lazy val operand = {
        val values = Graph.floats(graph.source(node, 1))
        if (values.length == 1) values.head else Graph.unknown(node, "with more than one value")
      }
      val step: Step = node.getOp match {
        // They change shapes, not values.
        case "Identity" | "ExpandDims" | "Squeeze" => Unchanged
        case "Cast" if node.getAttrOrThrow("DstT").getType == DataType.DT_FLOAT => Unchanged
        case "Mul" => Multiply(operand)
        case "Sub" => Subtract(operand)
        case "ResizeBilinear" =>
          Graph.requireFalse(node, "align_corners")
          Graph.requireFalse(node, "half_pixel_centers")
          val Array(height, width) = Graph.ints(graph.source(node, 1))
          Resize(height, width)
        case _ => Graph.unknown(node, "before the network")
      }
      stepsTo(graph.input(node, 0)._1, step :: later)
    }

  private def pointwise(steps: List[Step]): List[Pointwise] =
    steps.collect { case step: Pointwise => step }
}

private object Preprocessing {
  sealed trait Step
  sealed trait Pointwise extends Step { def apply(x: Float): Float }
  case object Unchanged extends Step
  case class Resize(height: Int, width: Int) extends Step
  case class Multiply(by: Float) extends Pointwise { def apply(x: Float): Float = x * by }
  case class Subtract(by: Float) extends Pointwise { def apply(x: Float): Float = x - by }

  /** For every output row, or column: the two input ones that it lies between, and where. */
  class Interpolation(input: Int, output: Int) {
    private val scale = input / output.toFloat
    val lower: Array[Int] = Array.tabulate(output)(i => (i * scale).toInt)
    val upper: Array[Int] = lower.map(i => math.min(i + 1, input - 1))
    val weight: Array[Float] = Array.tabulate(output)(i => i * scale - lower(i))
  }
}
