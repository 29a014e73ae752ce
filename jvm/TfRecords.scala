package com.intel.analytics.bigdl.graft

import java.io.{DataInputStream, EOFException, IOException}
import java.nio.ByteBuffer
import java.nio.ByteOrder.LITTLE_ENDIAN
import java.util.zip.CRC32C

import org.apache.hadoop.conf.Configuration

/**
 * Reads TFRecord files through Hadoop's file systems, from any record on.
 *
 * The format is described in Python's `tasks.tfrecord`, which checks every record of a data set
 * before this reads it.
 */
object TfRecords {
  private val HeaderBytes = 12
  private val FooterBytes = 4

  /** Calls `use` with the payloads of a chunk's records, each checked against its CRCs. */
  def read[A](chunk: Chunk, conf: Configuration)(use: Iterator[Array[Byte]] => A): A = {
    val path = HadoopPath(chunk.shard)
    val (size, stream) = Storage.reading(chunk.shard) {
      val files = path.getFileSystem(conf)
      (files.getFileStatus(path).getLen, files.open(path))
    }
    try {
      Storage.reading(chunk.shard)(stream.seek(chunk.offset))
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
      if (length < 0 || length > size - offset - HeaderBytes - FooterBytes) {
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
        // Not as IOException: whoever writes what is made of the record would take it for its own.
        case e: IOException if !e.isInstanceOf[EOFException] => fail(s"cannot be read: ${e.getMessage}")
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
