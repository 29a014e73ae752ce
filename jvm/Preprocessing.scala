package com.intel.analytics.bigdl.graft

import java.io.IOException
import java.util.{List => JList}

import org.tensorflow.example.{Example, Feature}

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
    (encoded, Labelled(label.intValue, RecordName(features), Sha256.of(encoded)))
  }

  private def keyOf(end: String): String = {
    val (node, output) = graph.input(graph(end), 0)
    if (node.getOp != "ParseSingleExample") Graph.unknown(node, "where a parser is expected")
    node.getAttrOrThrow("dense_keys").getList.getS(output).toStringUtf8
  }
}

/**
 * What turns a decoded picture into a network's input, in one pass over the pixels.
 *
 * Every value is computed in float32 in the order of TensorFlow's operations, so that it is the same
 * to the bit: what comes before scaling once for every byte, then the scaling (bilinear, neither
 * aligned corners nor half-pixel centres: compute_lerp in TensorFlow's resize_bilinear_op.cc), then
 * what comes after.
 */
class Preprocessing(recipe: Recipe) {
  private val size = recipe.size
  private val ofByte = Array.tabulate(256)(byte => byte.toFloat * recipe.scale)
  private val subtract = recipe.subtract.toArray
  private val multiply = recipe.multiply.toArray

  /** Writes the image of a picture, float32 `[size, size, 3]`, to `target` from `offset` on. */
  def apply(picture: Picture, target: Array[Float], offset: Int): Unit = {
    val rows = along(picture.height, picture)
    val columns = along(picture.width, picture)
    val bytes = picture.pixels(rows.wanted, columns.wanted)
    val width = columns.wanted.length
    var o = offset
    var y = 0
    while (y < size) {
      val top = rows.lower(y) * width
      val bottom = rows.upper(y) * width
      var x = 0
      while (x < size) {
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
          val value = above + (below - above) * rows.weight(y)
          target(o + (if (recipe.bgr) 2 - c else c)) = (value - subtract(c)) * multiply(c)
          c += 1
        }
        o += 3
        x += 1
      }
      y += 1
    }
  }

  private def along(length: Int, picture: Picture): Interpolation =
    if (recipe.shorterSide > 0) {
      val factor = recipe.shorterSide.toFloat / math.min(picture.height, picture.width)
      val scaled = math.rint(length * factor).toInt
      Interpolation(length, scaled, first = (scaled - size) / 2, count = size, start = 0)
    } else {
      val start = ((length - length * recipe.crop) / 2).toInt
      Interpolation(length - 2 * start, size, first = 0, count = size, start)
    }
}

/**
 * The numbers of a preprocessing; the fields are those of Python's `Preprocessing`.
 *
 * @param shorterSide 0 where there is none
 */
case class Recipe(
    size: Int, scale: Float, crop: Double, shorterSide: Int, subtract: Seq[Float],
    multiply: Seq[Float], bgr: Boolean)

/**
 * For every row, or column, of an image: the two of the picture that it lies between, and where.
 *
 * @param wanted the rows, or columns, of the picture that are read
 * @param lower the nearer to the start of the two, as a place in `wanted`
 * @param upper the other
 */
private class Interpolation(
    val wanted: Array[Int], val lower: Array[Int], val upper: Array[Int],
    val weight: Array[Float])

private object Interpolation {

  /**
   * @param input pixels that are scaled
   * @param output pixels that they become
   * @param first of these that is wanted
   * @param count how many are wanted
   * @param start of the input in the picture
   */
  def apply(input: Int, output: Int, first: Int, count: Int, start: Int): Interpolation = {
    val scale = input / output.toFloat
    val places = Array.tabulate(count)(i => (first + i) * scale)
    val lower = places.map(_.toInt)
    val upper = lower.map(place => math.min(place + 1, input - 1))
    val wanted = (lower ++ upper).distinct.sorted
    val placeOf = wanted.zipWithIndex.toMap
    new Interpolation(
      wanted.map(_ + start),
      lower.map(placeOf),
      upper.map(placeOf),
      places.zip(lower).map { case (place, low) => place - low })
  }
}
