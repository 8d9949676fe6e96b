package dev.flotilla.raft.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The few file operations that a log needs, so that tests can put a disk that fails under it. What is written survives a
 * power loss once {@link DiskFile#force} has returned; what appears in a directory, or vanishes from it, once {@link
 * #syncDirectory} has.
 */
public interface Disk {
    /** Makes {@code directory}, whose parent exists, unless it is there. */
    void createDirectory(Path directory) throws IOException;

    /** The names in {@code directory}, in order; empty if there is no such directory. */
    List<String> list(Path directory) throws IOException;

    /** Opens a file to read and write. */
    DiskFile open(Path file) throws IOException;

    /** Makes an empty file, or empties the one that is there, and opens it. */
    DiskFile create(Path file) throws IOException;

    /** Gives {@code from} the name {@code to} in one step; what had that name is gone. */
    void rename(Path from, Path to) throws IOException;

    /** Removes a file, or an empty directory. */
    void delete(Path file) throws IOException;

    /** Makes what appeared in {@code directory}, or vanished from it, stay so. */
    void syncDirectory(Path directory) throws IOException;

    /** One open file. Reads may come from any thread beside the one that writes. */
    interface DiskFile extends Closeable {
        /** Fills {@code target} from {@code position} on; less only if the file ends, and returns how many bytes came. */
        int read(ByteBuffer target, long position) throws IOException;

        /** Writes all that remains in {@code source}. */
        void write(ByteBuffer source, long position) throws IOException;

        /** Returns once what was written is durable; its size and other metadata only {@code withMetadata}. */
        void force(boolean withMetadata) throws IOException;

        long size() throws IOException;

        /** Idempotent; reads and writes fail from now on with {@link java.nio.channels.ClosedChannelException}. */
        @Override
        void close() throws IOException;
    }
}
