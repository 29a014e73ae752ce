package com.intel.analytics.bigdl.graft

import java.util.{List => JList}

import scala.collection.JavaConverters._
import scala.util.Try

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileSystem, Path}
import org.apache.parquet.HadoopReadOptions
import org.apache.parquet.column.statistics.LongStatistics
import org.apache.parquet.example.data.simple.SimpleGroupFactory
import org.apache.parquet.hadoop.ParquetFileReader
import org.apache.parquet.hadoop.ParquetFileWriter.Mode
import org.apache.parquet.hadoop.example.ExampleParquetWriter
import org.apache.parquet.hadoop.util.{HadoopInputFile, HadoopOutputFile}
import org.apache.parquet.schema.MessageTypeParser
import org.apache.spark.SparkContext
import org.apache.spark.api.java.JavaRDD
import org.apache.spark.util.SerializableConfiguration

/** A file of features; as text, the line that Python reads. */
case class WrittenFile(name: String, records: Long, sha256: String) {
  override def toString: String = s"$records\t$sha256\t$name"
}

/** Features as the Parquet that Python's `read_features` reads, a file for each chunk. */
object FeatureFile {
  private val Schema = MessageTypeParser.parseMessageType("""
    message features {
      required int32 label;
      required group feature (LIST) { repeated group list { required float element; } }
      required binary shard (STRING);
      required int64 record;
      required binary name (STRING);
      required binary digest (STRING);
    }""")

  /** Calls `fill` with a way to write a row; the file is whole or not there. */
  def write(folder: String, name: String, conf: Configuration)(
      fill: (Row => Unit) => Long): WrittenFile =
    written(folder, name, conf) { (_, aside) =>
      val settings = Storage.settings(aside, conf)
      val file = new HashedFile(HadoopOutputFile.fromPath(aside, settings))
      val writer = ExampleParquetWriter.builder(file).withType(Schema).withConf(settings)
        .withWriteMode(Mode.OVERWRITE).withDictionaryEncoding(false)
        .withDictionaryEncoding("shard", true).withPageWriteChecksumEnabled(true).build()
      val groups = new SimpleGroupFactory(Schema)
      val records = try fill { row =>
        val group = groups.newGroup()
        group.add("label", row.labelled.label)
        val feature = group.addGroup("feature")
        row.feature.foreach(value => feature.addGroup("list").add("element", value))
        group.add("shard", row.shard)
        group.add("record", row.record)
        group.add("name", row.labelled.name)
        group.add("digest", row.labelled.digest)
        writer.write(group)
      } finally writer.close()
      WrittenFile(name, records, file.sha256)
    }

  /**
   * Writes files that Python made, one in every partition, under the names in that order.
   *
   * @return a line for each file, as `WrittenFile` has it
   */
  def writeAll(contents: JavaRDD[Array[Byte]], folder: String, names: JList[String]): String = {
    val conf = new SerializableConfiguration(contents.context.hadoopConfiguration)
    val order = names.asScala.toArray
    contents.rdd.mapPartitionsWithIndex { (index, files) =>
      files.map { file =>
        written(folder, order(index), conf.value) { (fileSystem, aside) =>
          val stream = fileSystem.create(aside)
          try stream.write(file) finally stream.close()
          WrittenFile(order(index), recordsOf(aside, conf.value), Sha256.of(file))
        }
      }
    }.collect().mkString("\n")
  }

  /** What `write` wrote, or, where another attempt's file stays, what is there. */
  private def written(folder: String, name: String, conf: Configuration)(
      write: (FileSystem, Path) => WrittenFile): WrittenFile = {
    val path = s"$folder/$name"
    Storage.aside(path, conf)(write).getOrElse {
      WrittenFile(name, recordsOf(HadoopPath(path), conf), Storage.sha256(path, conf))
    }
  }

  private def recordsOf(path: Path, conf: Configuration): Long =
    withReader(path, conf)(_.getRecordCount)

  /** A line, as `WrittenFile` has it, of each of those chunks' files that are there and whole. */
  def present(sc: SparkContext, chunks: JList[Chunk], folder: String): String = {
    val conf = new SerializableConfiguration(sc.hadoopConfiguration)
    sc.parallelize(chunks.asScala, math.min(chunks.size, 4 * sc.defaultParallelism))
      .filter(chunk => holds(HadoopPath(s"$folder/${chunk.file}"), chunk, conf.value))
      .map { chunk =>
        WrittenFile(chunk.file, chunk.records, Storage.sha256(s"$folder/${chunk.file}", conf.value))
      }.collect().mkString("\n")
  }

  /** Whether a file has each record of a chunk once, and its pages have their checksums. */
  private def holds(path: Path, chunk: Chunk, conf: Configuration): Boolean =
    // What is no Parquet, a power failure's work for instance, does not hold them.
    Try(withReader(path, conf) { reader =>
      val records = for {
        block <- reader.getFooter.getBlocks.asScala
        column <- block.getColumns.asScala if column.getPath.toDotString == "record"
      } yield column.getStatistics.asInstanceOf[LongStatistics]
      reader.getRecordCount == chunk.records &&
        records.map(_.getMin).min == chunk.first &&
        records.map(_.getMax).max == chunk.first + chunk.records - 1 &&
        Iterator.continually(reader.readNextRowGroup()).takeWhile(_ != null).size ==
          reader.getRowGroups.size
    }).getOrElse(false)

  private def withReader[A](path: Path, conf: Configuration)(use: ParquetFileReader => A): A = {
    val settings = Storage.settings(path, conf)
    val options = HadoopReadOptions.builder(settings).usePageChecksumVerification().build()
    val reader = ParquetFileReader.open(HadoopInputFile.fromPath(path, settings), options)
    try use(reader) finally reader.close()
  }
}
