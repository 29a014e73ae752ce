package com.intel.analytics.bigdl.graft

import java.io.IOException
import java.util.UUID

import scala.util.Try

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FSError, FileSystem, RawLocalFileSystem}
import org.apache.parquet.example.data.simple.SimpleGroupFactory
import org.apache.parquet.hadoop.ParquetFileWriter.Mode
import org.apache.parquet.hadoop.example.ExampleParquetWriter
import org.apache.parquet.schema.MessageTypeParser

/** Writes rows as the Parquet that Python's `read_features` reads. */
object FeatureFile {
  private val Schema = MessageTypeParser.parseMessageType("""
    message features {
      required int32 label;
      required group feature (LIST) { repeated group list { required float element; } }
      required binary shard (STRING);
      required int64 record;
    }""")

  /** Calls `fill` with a way to write a row; the file is whole or not there. */
  def write[A](folder: String, name: String, conf: Configuration)(fill: (Row => Unit) => A): A = {
    val target = HadoopPath(s"$folder/$name")
    val aside = HadoopPath(s"$folder/.$name.${UUID.randomUUID()}")
    val plain = withoutChecksums(conf)
    val files = target.getFileSystem(plain)
    try {
      val writer = ExampleParquetWriter.builder(aside).withType(Schema).withConf(plain)
        .withWriteMode(Mode.OVERWRITE).withDictionaryEncoding(false)
        .withDictionaryEncoding("shard", true).build()
      val groups = new SimpleGroupFactory(Schema)
      val result =
        try fill { row =>
          val group = groups.newGroup()
          group.add("label", row.label)
          val feature = group.addGroup("feature")
          row.feature.foreach(value => feature.addGroup("list").add("element", value))
          group.add("shard", row.shard)
          group.add("record", row.record)
          writer.write(group)
        } finally writer.close()
      // Where a file system does not replace, another attempt has left the same content.
      if (!files.rename(aside, target) && !files.exists(target)) {
        throw new IOException(s"$aside cannot be renamed")
      }
      result
    } catch {
      // Hadoop's local file system makes an Error of what the operating system refuses.
      case e @ (_: IOException | _: FSError) => throw new StorageError(s"cannot write $target: ${e.getMessage}")
    } finally Try(files.delete(aside, false))
  }

  /** A local file has no `.crc` beside it: nobody but Hadoop would read it. */
  private def withoutChecksums(conf: Configuration): Configuration = {
    val plain = new Configuration(conf)
    plain.setClass("fs.file.impl", classOf[RawLocalFileSystem], classOf[FileSystem])
    plain.setBoolean("fs.file.impl.disable.cache", true)
    plain
  }
}
