package com.intel.analytics.bigdl.graft

import java.io.{File, FileNotFoundException, InputStream}
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Paths}
import java.util.UUID

import scala.util.Try

import org.apache.commons.io.FileUtils
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileStatus, FSDataOutputStream, FileUtil, Path}
import org.apache.spark.TaskContext
import org.apache.spark.api.java.JavaRDD
import org.apache.spark.util.SerializableConfiguration

/**
 * A folder of pictures on any of Hadoop's file systems, read and written by the executors for what
 * Python does there. Elements are bytes: text is UTF-8, and a NUL ends a path.
 */
object Pictures {
  private type Bytes = Array[Byte]

  /**
   * What is directly in folders.
   *
   * @param folders paths below `root`, '' for `root` itself
   * @return an element for each file (`f`), folder (`d`) and symbolic link (`l`): that letter, the
   *         size in bytes, the time of the last change in ms since 1970, and the path below `root`,
   *         with tabs between
   */
  def list(folders: JavaRDD[Bytes], root: String): JavaRDD[Bytes] =
    each(folders, root) { (files, elements) =>
      elements.flatMap(element => files.list(new String(element, UTF_8)))
    }

  /**
   * Parts of files, in the order of `requests`.
   *
   * @param requests of each file, with tabs between: `s` for a path below `spills`, else one below
   *                 `root`; the first byte; the most bytes; the path; then NUL, and anything
   * @return two elements for each: that anything; and `c` with the content, or `m` where there is
   *         no such file
   */
  def read(requests: JavaRDD[Bytes], root: String, spills: String): JavaRDD[Bytes] = {
    val conf = new SerializableConfiguration(requests.context.hadoopConfiguration)
    each(requests, root) { (files, elements) =>
      lazy val spilled = new PictureFolder(spills, conf.value)
      elements.flatMap { element =>
        val end = element.indexOf(0: Byte)
        val Array(kind, first, most, name) = new String(element, 0, end, UTF_8).split("\t", 4)
        val folder = if (kind == "s") spilled else files
        Iterator(element.drop(end + 1), folder.part(name, first.toLong, most.toInt))
      }
    }
  }

  /** Part of one file, read here: see `read`. */
  def part(root: String, name: String, first: Long, most: Int, conf: Configuration): Bytes =
    new PictureFolder(root, conf).part(name, first, most)

  /** Whether there is anything in a folder. */
  def holdsAny(folder: String, conf: Configuration): Boolean =
    try new PictureFolder(folder, conf).list("").hasNext
    catch { case e: DataError if Storage.isMissing(folder, conf) => false }

  /**
   * Copies of whole files on the executor's own disk, which are deleted when the task ends.
   *
   * @param names paths below `root`
   * @return the local folder of each; the file has its path below that
   */
  def stage(names: JavaRDD[Bytes], root: String): JavaRDD[Bytes] =
    each(names, root) { (files, elements) =>
      elements.map { element =>
        val folder = Files.createTempDirectory("graft-stage-").toFile
        TaskContext.get().addTaskCompletionListener[Unit](_ => FileUtils.deleteQuietly(folder))
        files.copyTo(new String(element, UTF_8), folder)
        folder.getPath.getBytes(UTF_8)
      }
    }

  /**
   * Writes the files that Python makes, and hands on what it says of them.
   *
   * @param elements in every partition, `n` and a file's name start a file, `d` and bytes are its
   *                 next bytes, and `r` and anything is handed on
   */
  def write(elements: JavaRDD[Bytes], folder: String): JavaRDD[Bytes] =
    each(elements, folder) { (files, found) =>
      val written = new Written(files)
      TaskContext.get().addTaskFailureListener((_: TaskContext, _: Throwable) => written.abandon())
      val kept = found.filter { element =>
        element(0) match {
          case 'n' => written.start(new String(element, 1, element.length - 1, UTF_8)); false
          case 'd' => written.add(element, 1, element.length - 1); false
          case _ => true
        }
      }
      kept.map(_.drop(1)) ++ new Iterator[Bytes] {
        // Asked once all elements were seen: only a whole file gets its name.
        def hasNext: Boolean = { written.finish(); false }
        def next(): Bytes = throw new NoSuchElementException
      }
    }

  /** Copies files from one folder to another, byte by byte. */
  def copy(names: JavaRDD[Bytes], root: String, folder: String): Unit = {
    val conf = new SerializableConfiguration(names.context.hadoopConfiguration)
    each(names, root) { (files, elements) =>
      val written = new Written(new PictureFolder(folder, conf.value))
      elements.map { element =>
        val name = new String(element, UTF_8)
        written.start(name)
        files.reading(name)(written.addAll(_))
        written.finish()
        element
      }
    }.count()
  }

  /** Renames a folder; false where it cannot be. */
  def rename(from: String, to: String, conf: Configuration): Boolean = Storage.writing(to) {
    Storage.fileSystem(to, conf).rename(HadoopPath(from), HadoopPath(to))
  }

  private def each(elements: JavaRDD[Bytes], root: String)(
      work: (PictureFolder, Iterator[Bytes]) => Iterator[Bytes]): JavaRDD[Bytes] = {
    val conf = new SerializableConfiguration(elements.context.hadoopConfiguration)
    elements.rdd.mapPartitions(found => work(new PictureFolder(root, conf.value), found))
      .toJavaRDD()
  }
}

/** A folder and its file system, looked up once. */
class PictureFolder(root: String, conf: Configuration) {
  private val uri = HadoopPath(root).toUri
  val files = Storage.fileSystem(root, conf)

  /** A path that no character of `name` turns into something else, as a colon would. */
  def path(name: String): Path =
    new Path(uri.getScheme, uri.getAuthority, s"${uri.getPath.stripSuffix("/")}/$name")

  /** Listed as it is iterated: a folder of a million files is never in memory. */
  def list(folder: String): Iterator[Array[Byte]] = {
    val where = path(folder).toString
    val found = Storage.reading(where)(files.listStatusIterator(path(folder)))
    new Iterator[Array[Byte]] {
      def hasNext: Boolean = Storage.reading(where)(found.hasNext)
      def next(): Array[Byte] = Storage.reading(where)(line(folder, found.next()))
    }
  }

  def part(name: String, first: Long, most: Int): Array[Byte] =
    Storage.reading(path(name).toString) {
      try {
        val size = files.getFileStatus(path(name)).getLen - first
        val content = new Array[Byte](size.min(most).max(0).toInt + 1)
        content(0) = 'c'
        val stream = files.open(path(name))
        try {
          if (first > 0) stream.seek(first)
          stream.readFully(content, 1, content.length - 1)
        } finally stream.close()
        content
      } catch { case _: FileNotFoundException => Array('m'.toByte) }
    }

  def copyTo(name: String, folder: File): Unit = Storage.reading(path(name).toString) {
    val local = new File(folder, name)
    local.getParentFile.mkdirs()
    FileUtil.copy(files, path(name), local, false, conf)
  }

  def reading(name: String)(use: InputStream => Unit): Unit =
    Storage.reading(path(name).toString) {
      val stream = files.open(path(name))
      try use(stream) finally stream.close()
    }

  private def line(folder: String, status: FileStatus): Array[Byte] = {
    val name = status.getPath.getName
    val below = if (folder.isEmpty) name else s"$folder/$name"
    val place = status.getPath.toUri
    val isLink = status.isSymlink ||
      (place.getScheme == "file" && Files.isSymbolicLink(Paths.get(place.getPath)))
    val kind = if (isLink) 'l' else if (status.isDirectory) 'd' else 'f'
    s"$kind${status.getLen}\t${status.getModificationTime}\t$below".getBytes(UTF_8)
  }
}

/** The files of one task, one after the other; each is whole or not there. */
private class Written(folder: PictureFolder) {
  private var open: Option[(Path, Path, FSDataOutputStream)] = None

  def start(name: String): Unit = {
    finish()
    val target = folder.path(name)
    val aside = new Path(target.getParent, s".graft-${UUID.randomUUID()}")
    open = Some((target, aside, writing(target)(folder.files.create(aside))))
  }

  def add(bytes: Array[Byte], from: Int, length: Int): Unit =
    open.foreach { case (target, _, stream) => writing(target)(stream.write(bytes, from, length)) }

  def addAll(content: InputStream): Unit = {
    val buffer = new Array[Byte](1 << 20)
    Iterator.continually(content.read(buffer)).takeWhile(_ >= 0).foreach(add(buffer, 0, _))
  }

  def finish(): Unit = {
    for ((target, aside, stream) <- open) writing(target) {
      stream.close()
      // Another attempt at this task writes the same bytes.
      if (!folder.files.rename(aside, target) && !folder.files.exists(target))
        throw new StorageError(s"cannot write $target: $aside cannot be renamed")
      folder.files.delete(aside, false)
    }
    open = None
  }

  def abandon(): Unit =
    for ((_, aside, stream) <- open) {
      Try(stream.close())
      Try(folder.files.delete(aside, false))
    }

  private def writing[A](path: Path)(write: => A): A = Storage.writing(path.toString)(write)
}
