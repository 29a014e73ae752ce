package com.intel.analytics.bigdl.graft

import java.io.{DataInputStream, EOFException}
import java.nio.ByteBuffer
import java.nio.ByteOrder.LITTLE_ENDIAN
import java.util.zip.CRC32C

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path

/**
 * Reads TFRecord files through Hadoop's file systems, from any record on.
 *
 * The format and the errors are those of Python's `tasks.tfrecord`.
 */
object TfRecords {
  private val HeaderBytes = 12
  private val FooterBytes = 4

  /** Calls `use` with the payloads of a chunk's records, each checked against its CRCs. */
  def read[A](chunk: Chunk, conf: Configuration)(use: Iterator[Array[Byte]] => A): A = {
    val path = new Path(chunk.shard)
    val (size, stream) = Graph.readable(chunk.shard) {
      val files = path.getFileSystem(conf)
      (files.getFileStatus(path).getLen, files.open(path))
    }
    try {
      stream.seek(chunk.offset)
      val records = new Records(stream, chunk, size)
      use(records.slice(chunk.skip, chunk.skip + chunk.records))
    } finally stream.close()
  }

  private class Records(stream: DataInputStream, chunk: Chunk, size: Long)
      extends Iterator[Array[Byte]] {
    private var offset = chunk.offset
    private var number = chunk.first - chunk.skip

    override def hasNext: Boolean = offset < size

    override def next(): Array[Byte] = {
      val header = bytes(HeaderBytes)
      val length = ByteBuffer.wrap(header).order(LITTLE_ENDIAN).getLong
      check("length", header.take(8), ByteBuffer.wrap(header).order(LITTLE_ENDIAN).getInt(8))
      // Before reading: a length that lies would make the JVM allocate it.
      if (length < 0 || offset + HeaderBytes + length + FooterBytes > size) {
        fail(s"truncated: ${size - offset} bytes left, expected ${HeaderBytes + length + FooterBytes}")
      }
      val payload = bytes(length.toInt)
      check("data", payload, ByteBuffer.wrap(bytes(FooterBytes)).order(LITTLE_ENDIAN).getInt)
      offset += HeaderBytes + length + FooterBytes
      number += 1
      payload
    }

    private def bytes(count: Int): Array[Byte] = {
      val read = new Array[Byte](count)
      try stream.readFully(read)
      catch {
        case _: EOFException => fail(s"truncated: ${size - offset} bytes left, expected $count more")
      }
      read
    }

    private def check(what: String, content: Array[Byte], stored: Int): Unit = {
      val computed = maskedCrc(content)
      if (computed != stored) fail(f"bad CRC of its $what: 0x$stored%08x, expected 0x$computed%08x")
    }

    private def fail(why: String): Nothing =
      throw new DataError(s"${chunk.shardName}, record $number, at byte $offset: $why")
  }

  /** The mask is that of TensorFlow's tensorflow/core/lib/hash/crc32c.h. */
  private def maskedCrc(content: Array[Byte]): Int = {
    val crc = new CRC32C
    crc.update(content)
    val value = crc.getValue.toInt
    ((value >>> 15) | (value << 17)) + 0xa282ead8
  }
}
