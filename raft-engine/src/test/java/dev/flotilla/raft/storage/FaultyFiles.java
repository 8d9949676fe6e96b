package dev.flotilla.raft.storage;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The files of this machine behind a layer that counts what is forced to the disk, files and directories, and fails it on
 * command. Reached by the paths that {@link #of} gives.
 */
public final class FaultyFiles {
    private final FileSystemProvider real;
    private final Provider provider = new Provider();
    private final Faulty files;
    private final List<Path> forced = new CopyOnWriteArrayList<>();
    private final AtomicLong written = new AtomicLong();
    private volatile Predicate<Path> failing = path -> false;
    private volatile @Nullable Predicate<Path> unwritable;

    public FaultyFiles(Path like) {
        real = like.getFileSystem().provider();
        files = new Faulty(like.getFileSystem());
    }

    /** The same file behind this layer. */
    public Path of(Path path) {
        return (Path) Proxy.newProxyInstance(
                FaultyFiles.class.getClassLoader(), new Class<?>[] {Path.class}, (proxy, method, arguments) -> {
                    Object[] given = arguments == null ? new Object[0] : arguments;
                    return switch (method.getName()) {
                        case "getFileSystem" -> files;
                        case "equals" -> given[0] instanceof Path other && path.equals(real(other));
                        default -> wrapped(invoke(path, method, given));
                    };
                });
    }

    private static Object invoke(Path path, Method method, Object[] arguments) throws Throwable {
        Object[] unwrapped = Arrays.stream(arguments)
                .map(each -> each instanceof Path other ? real(other) : each)
                .toArray();
        try {
            return method.invoke(path, unwrapped);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    private Object wrapped(Object result) {
        return result instanceof Path path ? of(path) : result;
    }

    private static Path real(Path path) {
        return Proxy.isProxyClass(path.getClass()) ? Path.of(path.toString()) : path;
    }

    /** From now on what is forced of these fails; their names are those below this layer. */
    public void failForce(Predicate<Path> which) {
        failing = which;
    }

    /** From now on these cannot be written. */
    public void failWrite(Predicate<Path> which) {
        unwritable = which;
    }

    /** No more faults. */
    public void endFaults() {
        failing = path -> false;
        unwritable = null;
    }

    /** What was forced since the last call, in order. */
    public List<Path> takeForced() {
        List<Path> taken = new ArrayList<>(forced);
        forced.clear();
        return taken;
    }

    /** How many bytes were written since the last call. */
    public long takeWritten() {
        return written.getAndSet(0);
    }

    private long count(long bytes) {
        written.addAndGet(bytes);
        return bytes;
    }

    private final class Faulty extends FileSystem {
        private final FileSystem below;

        Faulty(FileSystem below) {
            this.below = below;
        }

        @Override
        public FileSystemProvider provider() {
            return provider;
        }

        @Override
        public void close() {}

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public String getSeparator() {
            return below.getSeparator();
        }

        @Override
        public Iterable<Path> getRootDirectories() {
            return below.getRootDirectories();
        }

        @Override
        public Iterable<FileStore> getFileStores() {
            return below.getFileStores();
        }

        @Override
        public Set<String> supportedFileAttributeViews() {
            return below.supportedFileAttributeViews();
        }

        @Override
        public Path getPath(String first, String... more) {
            return of(below.getPath(first, more));
        }

        @Override
        public PathMatcher getPathMatcher(String syntaxAndPattern) {
            return below.getPathMatcher(syntaxAndPattern);
        }

        @Override
        public UserPrincipalLookupService getUserPrincipalLookupService() {
            return below.getUserPrincipalLookupService();
        }

        @Override
        public WatchService newWatchService() throws IOException {
            return below.newWatchService();
        }
    }

    private final class Provider extends FileSystemProvider {
        @Override
        public String getScheme() {
            return "faulty";
        }

        @Override
        public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileSystem getFileSystem(URI uri) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Path getPath(URI uri) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
                throws IOException {
            return new Channel(real(path), real.newFileChannel(real(path), options, attributes));
        }

        @Override
        public SeekableByteChannel newByteChannel(
                Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
            return real.newByteChannel(real(path), options, attributes);
        }

        @Override
        public DirectoryStream<Path> newDirectoryStream(Path directory, DirectoryStream.Filter<? super Path> filter)
                throws IOException {
            DirectoryStream<Path> below = real.newDirectoryStream(real(directory), each -> filter.accept(of(each)));
            return new DirectoryStream<>() {
                @Override
                public Iterator<Path> iterator() {
                    Iterator<Path> each = below.iterator();
                    return new Iterator<>() {
                        @Override
                        public boolean hasNext() {
                            return each.hasNext();
                        }

                        @Override
                        public Path next() {
                            return of(each.next());
                        }
                    };
                }

                @Override
                public void close() throws IOException {
                    below.close();
                }
            };
        }

        @Override
        public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
            real.createDirectory(real(directory), attributes);
        }

        @Override
        public void createLink(Path link, Path existing) throws IOException {
            real.createLink(real(link), real(existing));
        }

        @Override
        public void delete(Path path) throws IOException {
            real.delete(real(path));
        }

        @Override
        public void copy(Path source, Path target, CopyOption... options) throws IOException {
            real.copy(real(source), real(target), options);
        }

        @Override
        public void move(Path source, Path target, CopyOption... options) throws IOException {
            real.move(real(source), real(target), options);
        }

        @Override
        public boolean isSameFile(Path path, Path other) throws IOException {
            return real.isSameFile(real(path), real(other));
        }

        @Override
        public boolean isHidden(Path path) throws IOException {
            return Files.isHidden(real(path));
        }

        @Override
        public FileStore getFileStore(Path path) throws IOException {
            return real.getFileStore(real(path));
        }

        @Override
        public void checkAccess(Path path, AccessMode... modes) throws IOException {
            real.checkAccess(real(path), modes);
        }

        @Override
        public <V extends FileAttributeView> @Nullable V getFileAttributeView(
                Path path, Class<V> type, LinkOption... options) {
            return real.getFileAttributeView(real(path), type, options);
        }

        @Override
        public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
                throws IOException {
            return real.readAttributes(real(path), type, options);
        }

        @Override
        public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
                throws IOException {
            return real.readAttributes(real(path), attributes, options);
        }

        @Override
        public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
            real.setAttribute(real(path), attribute, value, options);
        }
    }

    private final class Channel extends FileChannel {
        private final Path path;
        private final FileChannel below;

        Channel(Path path, FileChannel below) {
            this.path = path;
            this.below = below;
        }

        private void checkWritable() throws IOException {
            Predicate<Path> which = unwritable;
            if (which != null && which.test(path)) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        public void force(boolean metaData) throws IOException {
            if (failing.test(path)) {
                throw new IOException("Input/output error");
            }
            below.force(metaData);
            forced.add(path);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            checkWritable();
            return (int) count(below.write(source));
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            checkWritable();
            return (int) count(below.write(source, position));
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            checkWritable();
            return count(below.write(sources, offset, length));
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return below.read(target);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return below.read(target, position);
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
            return below.read(targets, offset, length);
        }

        @Override
        public long position() throws IOException {
            return below.position();
        }

        @Override
        public FileChannel position(long newPosition) throws IOException {
            below.position(newPosition);
            return this;
        }

        @Override
        public long size() throws IOException {
            return below.size();
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            below.truncate(size);
            return this;
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            return below.transferTo(position, count, target);
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
            return below.transferFrom(source, position, count);
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
            return below.map(mode, position, size);
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) throws IOException {
            return below.lock(position, size, shared);
        }

        @Override
        public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return below.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            below.close();
        }
    }
}
