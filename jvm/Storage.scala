package com.intel.analytics.bigdl.graft

import java.io.{File, FileInputStream, FileNotFoundException, IOException}
import java.nio.file.Files
import java.util.{List => JList, UUID}

import scala.collection.JavaConverters._
import scala.collection.mutable
import scala.util.Try
import scala.util.control.NonFatal

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{ChecksumException, FSError, FileSystem, FileUtil, Path}
import org.apache.hadoop.fs.RawLocalFileSystem
import org.apache.spark.SparkContext
import org.apache.spark.api.java.JavaRDD
import org.apache.spark.util.SerializableConfiguration

/** A path as Hadoop takes it; one without a scheme is local, whatever `fs.defaultFS` says. */
object HadoopPath {
  def apply(path: String): Path =
    if (isRemote(path)) new Path(path) else new Path(new File(path).toURI)

  def isRemote(path: String): Boolean = path.contains("://")
}

/** Files on any of Hadoop's file systems, local ones too; every error names the path. */
object Storage {

  /**
   * The files below a folder, a line each: size, time of the last change in ms since 1970, and path
   * in the folder, with tabs between; '' without a folder.
   * One text, because every item of a Java collection costs Python a call.
   */
  def list(folder: String, conf: Configuration): String = reading(folder) {
    val files = fileSystem(folder, conf)
    val root = files.makeQualified(HadoopPath(folder)).toUri.getPath.stripSuffix("/") + "/"
    val lines = mutable.ArrayBuffer[String]()
    try {
      val found = files.listFiles(HadoopPath(folder), true)
      while (found.hasNext) {
        val status = found.next()
        val name = status.getPath.toUri.getPath.stripPrefix(root)
        lines += s"${status.getLen}\t${status.getModificationTime}\t$name"
      }
    } catch { case _: FileNotFoundException => lines.clear() }
    lines.mkString("\n")
  }

  /** The bytes of a file, -1 where there is no such file. */
  def size(path: String, conf: Configuration): Long = reading(path) {
    try fileSystem(path, conf).getFileStatus(HadoopPath(path)) match {
      case status if status.isFile => status.getLen
      case _ => -1
    } catch { case _: FileNotFoundException => -1 }
  }

  def read(path: String, conf: Configuration): Array[Byte] = reading(path) {
    val files = fileSystem(path, conf)
    val content = new Array[Byte](files.getFileStatus(HadoopPath(path)).getLen.toInt)
    val stream = files.open(HadoopPath(path))
    try stream.readFully(0, content) finally stream.close()
    content
  }

  /** The SHA-256 of a file's content, hexadecimal; '' where the file system finds it damaged. */
  def sha256(path: String, conf: Configuration): String = reading(path) {
    try {
      val stream = fileSystem(path, conf).open(HadoopPath(path))
      try Sha256.of(stream) finally stream.close()
    } catch { case _: ChecksumException => "" }
  }

  /** SHA-256, tab and path of every file, a line each, read by the executors. */
  def digests(sc: SparkContext, paths: JList[String], partitions: Int): String = {
    val conf = new SerializableConfiguration(sc.hadoopConfiguration)
    sc.parallelize(paths.asScala, partitions).map(path => s"${sha256(path, conf.value)}\t$path")
      .collect().mkString("\n")
  }

  /** Writes a file; one that is there already is replaced. */
  def write(content: Array[Byte], path: String, conf: Configuration): Unit = {
    delete(path, conf)
    aside(path, conf) { (files, aside) =>
      val stream = files.create(aside)
      try stream.write(content) finally stream.close()
    }
  }

  /** Copies a local file to a path; one that is there already is replaced. */
  def upload(local: String, path: String, conf: Configuration): Unit = {
    delete(path, conf)
    aside(path, conf) { (files, aside) =>
      FileUtil.copy(new File(local), files, aside, false, conf)
    }
  }

  def download(path: String, local: String, conf: Configuration): Unit = reading(path) {
    FileUtil.copy(fileSystem(path, conf), HadoopPath(path), new File(local), false, conf)
  }

  /** Deletes a file, or a folder and all below it, if it is there. */
  def delete(path: String, conf: Configuration): Unit = writing(path) {
    fileSystem(path, conf).delete(HadoopPath(path), true)
  }

  /** The files' contents in the given order, read by the executors. */
  def contents(sc: SparkContext, paths: JList[String], partitions: Int): JavaRDD[Array[Byte]] = {
    val conf = new SerializableConfiguration(sc.hadoopConfiguration)
    sc.parallelize(paths.asScala, partitions).map(path => read(path, conf.value)).toJavaRDD()
  }

  /**
   * Calls `write` with a path beside `path`; what it wrote there becomes `path`, whole or not at
   * all. Where a file is there already, either may stay.
   *
   * @return the result of `write`, None if the file that was there stays
   */
  def aside[A](path: String, conf: Configuration)(write: (FileSystem, Path) => A): Option[A] =
    writing(path) {
      val files = fileSystem(path, conf)
      val target = HadoopPath(path)
      val aside = new Path(target.getParent, s".${target.getName}.${UUID.randomUUID()}")
      try {
        val result = write(files, aside)
        // Local files are replaced, those of HDFS are not: another attempt left its file there.
        if (files.rename(aside, target)) Some(result)
        else if (files.exists(target)) None
        else throw new IOException(s"$aside cannot be renamed")
      } finally Try(files.delete(aside, false))
    }

  /** Reads a file, or says which one cannot be read. */
  def reading[A](path: String)(read: => A): A =
    try read
    catch {
      case e: SetupError => throw e
      case NonFatal(e) =>
        val hint =
          if (HadoopPath.isRemote(path)) "for its settings see docs/storage.md"
          else "every executor must see it under this path"
        throw new DataError(s"$path cannot be read (${reason(e)}); $hint")
    }

  private def writing[A](path: String)(write: => A): A =
    try write
    catch {
      // Hadoop's local file system makes an Error of what the operating system refuses.
      case e @ (_: IOException | _: FSError) =>
        throw new StorageError(s"cannot write $path: ${reason(e)}")
      case e: RuntimeException if e.getClass.getName.startsWith("org.apache.hadoop.") =>
        throw new StorageError(s"cannot write $path: ${reason(e)}")
    }

  /**
   * Settings for a path: a local file gets no `.crc` beside it, as nobody but Hadoop would read it.
   * Others keep theirs: s3a, for one, has files of its own on the disk.
   */
  def settings(path: Path, conf: Configuration): Configuration =
    if (path.toUri.getScheme != "file") conf
    else {
      val plain = new Configuration(conf)
      plain.setClass("fs.file.impl", classOf[RawLocalFileSystem], classOf[FileSystem])
      plain.setBoolean("fs.file.impl.disable.cache", true)
      plain
    }

  private def fileSystem(path: String, conf: Configuration): FileSystem =
    try HadoopPath(path).getFileSystem(settings(HadoopPath(path), conf))
    catch {
      // A class of the file system that is missing is a RuntimeException or a LinkageError.
      case e @ (NonFatal(_) | _: LinkageError) =>
        throw new SetupError(
          s"$path cannot be reached (${reason(e)}): the file system's jars have to be on Spark's " +
            "class path and its settings in core-site.xml in HADOOP_CONF_DIR, see docs/storage.md")
    }

  /** One line, and no trace of the causes behind it. */
  def reason(error: Throwable): String =
    Option(error.getMessage).flatMap(_.linesIterator.toSeq.headOption)
      .getOrElse(error.getClass.getSimpleName)
}

/** Local copies of remote files for what reads local ones only, made once in a JVM's life. */
object LocalCopy {
  private val copies = mutable.HashMap[String, NamelessFile]()

  def apply(path: String, conf: Configuration): String =
    if (!HadoopPath.isRemote(path)) path
    else synchronized { copies.getOrElseUpdate(path, copyOf(path, conf)).path }

  private def copyOf(path: String, conf: Configuration): NamelessFile = {
    val file = File.createTempFile("graft-", s"-${HadoopPath(path).getName}")
    try {
      Storage.download(path, file.getPath, conf)
      new NamelessFile(file)
    } finally file.delete()
  }
}

/**
 * A file that stays open and may be deleted: `path` leads to its content through Linux' `/proc`.
 * The system frees its room when this JVM ends, however it ends.
 */
private class NamelessFile(file: File) {
  // Referred to for as long as this is: a stream that nobody refers to is closed.
  private val stream = new FileInputStream(file)

  val path: String = {
    val real = file.toPath.toRealPath()
    val open = Option(new File("/proc/self/fd").listFiles).toSeq.flatten
    open.find(link => Try(Files.readSymbolicLink(link.toPath)).toOption.contains(real))
      .getOrElse(throw new SetupError("/proc/self/fd does not list open files: mount /proc"))
      .getPath
  }
}
