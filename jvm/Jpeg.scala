package com.intel.analytics.bigdl.graft

import java.awt.image.{DataBufferByte, PixelInterleavedSampleModel, Raster, SampleModel}
import java.nio.charset.StandardCharsets.ISO_8859_1
import javax.imageio.{ImageIO, ImageReader}
import javax.imageio.stream.ImageInputStreamImpl

import scala.util.control.NonFatal

import org.tensorflow.framework.NodeDef

/**
 * A decoded picture.
 *
 * Scaling reads few of the pixels of a large one, so colours are made of those alone that are asked
 * for.
 */
trait Picture {
  def height: Int

  def width: Int

  /** Red, green, blue of the pixels where those rows and columns cross, row by row. */
  def pixels(rows: Array[Int], columns: Array[Int]): Array[Byte]
}

/**
 * Decodes a JPEG to the very bytes that TensorFlow's DecodeJpeg (libjpeg-turbo, `channels = 3`)
 * gives.
 *
 * The runtime's own decoder is libjpeg 6b: its integer transform and its upsampling give the same
 * samples, with one exception (see `between`). What ImageIO does with colours differs, profiles
 * and CMYK above all, so only samples are taken from it and colours are converted here, as libjpeg's
 * jdcolor.c and TensorFlow's jpeg_mem.cc do. Not thread-safe.
 */
class Jpeg {
  import Jpeg._

  private val reader: ImageReader = ImageIO.getImageReadersByFormatName("jpeg").next()

  /**
   * Gives the picture to `use`, which does not keep it, or throws a `DataError` or an
   * `UnsupportedRecordError`.
   */
  def decode[A](encoded: Array[Byte])(use: Picture => A): A = {
    val start = encoded.take(Start.length).toSeq
    if (start != Start) {
      throw new DataError(
        s"image/encoded starts with '${hex(start)}', expected a JPEG, which starts with '${hex(Start)}'")
    }
    val header = orDamaged(Header(encoded))
    val what = s"image/encoded is a JPEG of ${header.size} pixels"
    if (header.pixels > MostPixels) {
      throw new DataError(
        s"$what, more than the ${PictureMemory.grouped(MostPixels)} that Graft decodes")
    }
    PictureMemory.hold(what, header.memory)(use(decode(encoded, header)))
  }

  private def decode(encoded: Array[Byte], header: Header): Picture = {
    val input = new ArrayInput(encoded)
    try orDamaged {
      reader.setInput(input, true, true)
      val raster = reader.readRaster(0, null)
      if (input.exhausted) damaged()
      new Decoded(header, raster)
    } finally reader.reset()
  }
}

object Jpeg {
  private val Start = Seq(0xff, 0xd8, 0xff).map(_.toByte)

  /** That of `tasks/datasets/picture_bound.py`, which says why. */
  val MostPixels = 178956970L

  /** Refuses a graph that decodes pictures in another way than this. */
  def requireSame(node: NodeDef): Unit = {
    if (node.getOp != "DecodeJpeg") Graph.unknown(node, "where a JPEG decoder is expected")
    Graph.requireText(node, "dct_method", "INTEGER_ACCURATE")
    val channels = node.getAttrOrThrow("channels").getI
    if (channels != 3) Graph.unknown(node, s"with channels $channels, expected 3")
    if (node.getAttrOrThrow("ratio").getI != 1) Graph.unknown(node, "with a ratio")
    if (!node.getAttrOrThrow("fancy_upscaling").getB) Graph.unknown(node, "without fancy_upscaling")
  }

  private def hex(bytes: Seq[Byte]): String = bytes.map(byte => f"$byte%02x").mkString

  // ImageIO has its own words for every cause, TensorFlow has others.
  private def damaged(): Nothing =
    throw new DataError("image/encoded does not decode: the JPEG is damaged or cut short")

  private def orDamaged[A](work: => A): A =
    try work
    catch {
      case e: UserError => throw e
      case NonFatal(_) => damaged()
    }

  /** The parts of a JPEG before the picture: components, and markers that tell their colours. */
  private case class Header(
      width: Int, height: Int, ids: Seq[Int], sampling: Seq[Int], jfif: Boolean,
      adobe: Option[Int]) {

    def pixels: Long = width.toLong * height

    def size: String = s"${PictureMemory.grouped(width)} x ${PictureMemory.grouped(height)}"

    /**
     * The bytes of the heap that decoding takes: the raster. What libjpeg keeps of a progressive
     * picture is not on the heap.
     */
    def memory: Long = pixels * ids.size

    /** Components of full width and half height. */
    def halfHigh: Seq[Int] = {
      val (widths, heights) = (sampling.map(_ >> 4), sampling.map(_ & 15))
      ids.indices.filter(i => widths(i) == widths.max && 2 * heights(i) == heights.max)
    }

    /** libjpeg's guess, default_decompress_parms in jdapimin.c. */
    private def isTransformed: Boolean = (ids.size, adobe) match {
      case (3, _) if jfif => true
      case (_, Some(transform)) => transform != 0
      case (3, None) => ids != Seq('R'.toInt, 'G'.toInt, 'B'.toInt)
      case _ => false
    }

    def toRgb(samples: Array[Byte], pixels: Int): Array[Byte] = {
      val rgb = new Array[Byte](3 * pixels)
      ids.size match {
        case 1 =>
          for (i <- rgb.indices) rgb(i) = samples(i / 3)
        case 3 if isTransformed => fromYcc(samples, 3, rgb)
        case 3 => samples.copyToArray(rgb)
        case 4 => fromCmyk(samples, rgb)
        case _ => damaged()
      }
      rgb
    }

    private def fromCmyk(samples: Array[Byte], rgb: Array[Byte]): Unit = {
      if (isTransformed) {
        fromYcc(samples, 4, rgb)
        for (i <- rgb.indices) samples(i / 3 * 4 + i % 3) = (255 - (rgb(i) & 255)).toByte
      }
      for (i <- rgb.indices) {
        // No pair of the two: that is an object for every sample.
        val colour = samples(i / 3 * 4 + i % 3) & 255
        val key = samples(i / 3 * 4 + 3) & 255
        val value = if (adobe.isDefined) key * colour else (255 - key) * (255 - colour)
        rgb(i) = (value / 255).toByte
      }
    }
  }

  private object Header {
    def apply(bytes: Array[Byte]): Header = {
      def at(i: Int): Int =
        if (i < bytes.length) bytes(i) & 255 else damaged()
      def has(i: Int, text: String): Boolean =
        new String(bytes, i, text.length min (bytes.length - i), ISO_8859_1) == text
      // libjpeg decides on colours where the first scan starts.
      @scala.annotation.tailrec
      def scan(i: Int, found: Header): Header = {
        if (at(i) != 0xff) scan(i + 1, found)
        else at(i + 1) match {
          case 0xff | 0 => scan(i + 1, found)
          case m if m == 0x01 || m >= 0xd0 && m <= 0xd8 => scan(i + 2, found)
          case 0xda => found
          case marker =>
            val (data, length) = (i + 4, at(i + 2) << 8 | at(i + 3))
            val now = marker match {
              case m if m >= 0xc9 && m <= 0xcf && m != 0xcc =>
                throw new UnsupportedRecordError(
                  "image/encoded is a JPEG with arithmetic coding, which the bigdl engine does not decode")
              case m if m >= 0xc0 && m <= 0xc7 && m != 0xc4 =>
                val components = (0 until at(data + 5)).map(data + 6 + 3 * _)
                found.copy(
                  height = at(data + 1) << 8 | at(data + 2),
                  width = at(data + 3) << 8 | at(data + 4),
                  ids = components.map(at),
                  sampling = components.map(c => at(c + 1)))
              case 0xe0 if length >= 16 && has(data, "JFIF\u0000") => found.copy(jfif = true)
              case 0xee if length >= 14 && has(data, "Adobe") =>
                found.copy(adobe = Some(at(data + 11)))
              case _ => found
            }
            scan(i + 2 + length, now)
        }
      }
      scan(2, Header(0, 0, Nil, Nil, jfif = false, None))
    }
  }

  // jdcolor.c: fixed point with 16 bits after the point.
  private def fix(x: Double): Int = (x * 65536 + 0.5).toInt
  private val Half = 1 << 15
  private val RedOfCr = Array.tabulate(256)(i => (fix(1.402) * (i - 128) + Half) >> 16)
  private val BlueOfCb = Array.tabulate(256)(i => (fix(1.772) * (i - 128) + Half) >> 16)
  private val GreenOfCr = Array.tabulate(256)(i => -fix(0.71414) * (i - 128))
  private val GreenOfCb = Array.tabulate(256)(i => -fix(0.34414) * (i - 128) + Half)

  private def clamp(x: Int): Byte = (if (x < 0) 0 else if (x > 255) 255 else x).toByte

  private def fromYcc(samples: Array[Byte], stride: Int, rgb: Array[Byte]): Unit = {
    var (i, o) = (0, 0)
    while (o < rgb.length) {
      val y = samples(i) & 255
      val cb = samples(i + 1) & 255
      val cr = samples(i + 2) & 255
      rgb(o) = clamp(y + RedOfCr(cr))
      rgb(o + 1) = clamp(y + ((GreenOfCb(cb) + GreenOfCr(cr)) >> 16))
      rgb(o + 2) = clamp(y + BlueOfCb(cb))
      i += stride
      o += 3
    }
  }

  /** A picture in the samples that ImageIO left, in which a pixel's components are together. */
  private class Decoded(header: Header, raster: Raster) extends Picture {
    private val data = raster.getDataBuffer.asInstanceOf[DataBufferByte].getData
    private val components = header.ids.size
    private val halfHigh = header.ids.indices.map(header.halfHigh.contains).toArray
    requireTogether(raster.getSampleModel, raster.getWidth, components)

    override val height: Int = raster.getHeight

    override val width: Int = raster.getWidth

    override def pixels(rows: Array[Int], columns: Array[Int]): Array[Byte] = {
      val count = rows.length * columns.length
      val samples = new Array[Byte](count * components)
      var component = 0
      while (component < components) {
        var (r, o) = (0, component)
        while (r < rows.length) {
          var c = 0
          while (c < columns.length) {
            samples(o) =
              if (halfHigh(component)) between(rows(r), columns(c), component)
              else data((rows(r) * width + columns(c)) * components + component)
            o += components
            c += 1
          }
          r += 1
        }
        component += 1
      }
      header.toRgb(samples, count)
    }

    /**
     * A sample of a half-high component, of which libjpeg 6b doubled the rows, as libjpeg-turbo has
     * it: three quarters the nearer row, one quarter the farther (h1v2_fancy_upsample in jdsample.c).
     */
    private def between(row: Int, column: Int, component: Int): Byte = {
      val near = row / 2
      val far = (near + (if (row % 2 == 0) -1 else 1)).max(0).min((height - 1) / 2)
      def value(r: Int) = data((2 * r * width + column) * components + component) & 255
      ((3 * value(near) + value(far) + 1 + row % 2) >> 2).toByte
    }
  }

  private def requireTogether(model: SampleModel, width: Int, components: Int): Unit =
    model match {
      case m: PixelInterleavedSampleModel
          if m.getPixelStride == components && m.getScanlineStride == width * components &&
            m.getBandOffsets.sameElements(0 until components) =>
      case _ => throw new IllegalStateException(s"samples are not side by side: $model")
    }

  /** An array as ImageIO reads it; `exhausted` once more was asked for than there is. */
  private class ArrayInput(bytes: Array[Byte]) extends ImageInputStreamImpl {
    var exhausted = false

    override def read(): Int = {
      val one = new Array[Byte](1)
      if (read(one, 0, 1) < 0) -1 else one(0) & 255
    }

    override def read(target: Array[Byte], offset: Int, length: Int): Int = {
      bitOffset = 0
      val count = math.min(length, bytes.length - streamPos.toInt)
      if (count <= 0) { exhausted = true; -1 }
      else {
        System.arraycopy(bytes, streamPos.toInt, target, offset, count)
        streamPos += count
        count
      }
    }

    override def length: Long = bytes.length
  }
}
