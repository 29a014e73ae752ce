package com.intel.analytics.bigdl.graft

import java.util.{List => JList}

import scala.collection.JavaConverters._
import scala.util.Try

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.apache.parquet.column.statistics.LongStatistics
import org.apache.parquet.example.data.simple.SimpleGroupFactory
import org.apache.parquet.hadoop.ParquetFileReader
import org.apache.parquet.hadoop.ParquetFileWriter.Mode
import org.apache.parquet.hadoop.example.ExampleParquetWriter
import org.apache.parquet.hadoop.util.HadoopInputFile
import org.apache.parquet.schema.MessageTypeParser
import org.apache.spark.SparkContext
import org.apache.spark.api.java.JavaRDD
import org.apache.spark.util.SerializableConfiguration

/** Features as the Parquet that Python's `read_features` reads, a file for each chunk. */
object FeatureFile {
  private val Schema = MessageTypeParser.parseMessageType("""
    message features {
      required int32 label;
      required group feature (LIST) { repeated group list { required float element; } }
      required binary shard (STRING);
      required int64 record;
    }""")

  /** Calls `fill` with a way to write a row; the file is whole or not there. */
  def write[A](folder: String, name: String, conf: Configuration)(fill: (Row => Unit) => A): A =
    Storage.aside(s"$folder/$name", conf) { (_, aside) =>
      val writer = ExampleParquetWriter.builder(aside).withType(Schema)
        .withConf(Storage.settings(aside, conf)).withWriteMode(Mode.OVERWRITE).withDictionaryEncoding(false)
        .withDictionaryEncoding("shard", true).build()
      val groups = new SimpleGroupFactory(Schema)
      try fill { row =>
        val group = groups.newGroup()
        group.add("label", row.label)
        val feature = group.addGroup("feature")
        row.feature.foreach(value => feature.addGroup("list").add("element", value))
        group.add("shard", row.shard)
        group.add("record", row.record)
        writer.write(group)
      } finally writer.close()
    }

  /**
   * Writes files that Python made, one in every partition, under the names in that order.
   *
   * @return how many rows they hold together
   */
  def writeAll(contents: JavaRDD[Array[Byte]], folder: String, names: JList[String]): Long = {
    val conf = new SerializableConfiguration(contents.context.hadoopConfiguration)
    val order = names.asScala.toArray
    contents.rdd.mapPartitionsWithIndex { (index, files) =>
      files.map { file =>
        Storage.aside(s"$folder/${order(index)}", conf.value) { (fileSystem, aside) =>
          val stream = fileSystem.create(aside)
          try stream.write(file) finally stream.close()
          withFooter(aside, conf.value)(_.getRecordCount)
        }
      }
    }.fold(0L)(_ + _)
  }

  /** The names, a line each, of those chunks' files that are there and whole. */
  def present(sc: SparkContext, chunks: JList[Chunk], folder: String): String = {
    val conf = new SerializableConfiguration(sc.hadoopConfiguration)
    sc.parallelize(chunks.asScala, math.min(chunks.size, 4 * sc.defaultParallelism))
      .filter(chunk => holds(HadoopPath(s"$folder/${chunk.file}"), chunk, conf.value))
      .map(_.file).collect().mkString("\n")
  }

  /** Whether a file, of which only the footer is read, has each record of a chunk once. */
  private def holds(path: Path, chunk: Chunk, conf: Configuration): Boolean =
    // What is no Parquet, a power failure's work for instance, does not hold them.
    Try(withFooter(path, conf) { reader =>
      val records = for {
        block <- reader.getFooter.getBlocks.asScala
        column <- block.getColumns.asScala if column.getPath.toDotString == "record"
      } yield column.getStatistics.asInstanceOf[LongStatistics]
      reader.getRecordCount == chunk.records &&
        records.map(_.getMin).min == chunk.first &&
        records.map(_.getMax).max == chunk.first + chunk.records - 1
    }).getOrElse(false)

  private def withFooter[A](path: Path, conf: Configuration)(use: ParquetFileReader => A): A = {
    val reader = ParquetFileReader.open(HadoopInputFile.fromPath(path, Storage.settings(path, conf)))
    try use(reader) finally reader.close()
  }
}
