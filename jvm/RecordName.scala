package com.intel.analytics.bigdl.graft

import java.nio.{ByteBuffer, CharBuffer}
import java.nio.charset.StandardCharsets.UTF_8
import java.util.{Map => JMap}

import scala.util.Try

import org.tensorflow.example.{Example, Feature}

/**
 * The name of a record's picture, `image/filename`; both are those of Python's
 * `tasks/features/record_name.py`, so that both engines write and say the same.
 */
object RecordName {
  private val Key = "image/filename"
  private val MostStored = 1024
  private val MostShown = 300
  private val Invisible = Set(Character.CONTROL, Character.FORMAT, Character.SURROGATE,
    Character.PRIVATE_USE, Character.UNASSIGNED, Character.LINE_SEPARATOR,
    Character.PARAGRAPH_SEPARATOR, Character.SPACE_SEPARATOR).map(_.toInt)

  /** The name in a parsed record; empty where it has none. */
  def apply(features: JMap[String, Feature]): String =
    Option(features.get(Key)).map(_.getBytesList).filter(_.getValueCount == 1)
      .map(values => cut(decode(values.getValue(0).toByteArray), MostStored)).getOrElse("")

  /** What errors call a record: shard, number and, where it has one, name. */
  def origin(chunk: Chunk, number: Long, record: Array[Byte]): String = {
    val name = Try(apply(Example.parseFrom(record).getFeatures.getFeatureMap)).getOrElse("")
    s"${chunk.shardName}, record $number" + (if (name.isEmpty) "" else s" (${shown(name)})")
  }

  /** Text in UTF-8; bytes that are none are written in digits. */
  private def decode(bytes: Array[Byte]): String = {
    val decoder = UTF_8.newDecoder()
    val in = ByteBuffer.wrap(bytes)
    val out = CharBuffer.allocate(4 * bytes.length)
    while (decoder.decode(in, out, true).isError) out.put(f"\\x${in.get() & 255}%02x")
    out.flip()
    out.toString
  }

  private def cut(text: String, most: Int): String =
    if (text.codePointCount(0, text.length) <= most) text
    else text.substring(0, text.offsetByCodePoints(0, most))

  /** The text as one line of visible characters, as Python's `shown` has it. */
  private def shown(text: String): String = {
    val line = new StringBuilder
    cut(text, MostShown + 1).codePoints.forEach(c => line ++= visible(c))
    val escaped = line.toString
    if (escaped.codePointCount(0, escaped.length) <= MostShown) escaped
    else cut(escaped, MostShown - 3) + "..."
  }

  private def visible(c: Int): String =
    if (c == ' ' || !Invisible(Character.getType(c))) new String(Character.toChars(c))
    else c match {
      case '\n' => "\\n"
      case '\r' => "\\r"
      case '\t' => "\\t"
      case _ if c < 0x100 => f"\\x$c%02x"
      case _ if c < 0x10000 => f"\\u$c%04x"
      case _ => f"\\U$c%08x"
    }
}
