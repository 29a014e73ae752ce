package com.intel.analytics.bigdl.graft

import java.io.InputStream
import java.security.MessageDigest

import org.apache.parquet.io.{OutputFile, PositionOutputStream}

/** SHA-256 as hexadecimal digits. */
object Sha256 {
  private val BufferBytes = 1 << 16

  def of(content: Array[Byte]): String = hex(start().digest(content))

  def of(stream: InputStream): String = {
    val digest = start()
    val buffer = new Array[Byte](BufferBytes)
    Iterator.continually(stream.read(buffer)).takeWhile(_ >= 0).foreach(digest.update(buffer, 0, _))
    hex(digest.digest())
  }

  def start(): MessageDigest = MessageDigest.getInstance("SHA-256")

  def hex(digest: Array[Byte]): String = digest.map(byte => f"${byte & 0xff}%02x").mkString
}

/** A file that Parquet writes from its start to its end, and the SHA-256 of what was written. */
class HashedFile(file: OutputFile) extends OutputFile {
  private val digest = Sha256.start()

  /** Called once, when all is written. */
  def sha256: String = Sha256.hex(digest.digest())

  override def create(blockSize: Long): PositionOutputStream = hashed(file.create(blockSize))

  override def createOrOverwrite(blockSize: Long): PositionOutputStream =
    hashed(file.createOrOverwrite(blockSize))

  override def supportsBlockSize: Boolean = file.supportsBlockSize

  override def defaultBlockSize: Long = file.defaultBlockSize

  override def getPath: String = file.getPath

  private def hashed(stream: PositionOutputStream): PositionOutputStream =
    new PositionOutputStream {
      override def getPos: Long = stream.getPos

      override def write(byte: Int): Unit = {
        digest.update(byte.toByte)
        stream.write(byte)
      }

      override def write(bytes: Array[Byte], offset: Int, length: Int): Unit = {
        digest.update(bytes, offset, length)
        stream.write(bytes, offset, length)
      }

      override def flush(): Unit = stream.flush()

      override def close(): Unit = stream.close()
    }
}
