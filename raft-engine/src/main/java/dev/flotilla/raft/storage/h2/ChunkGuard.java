package dev.flotilla.raft.storage.h2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import org.h2.mvstore.DataUtils;
import org.h2.store.fs.FileBase;
import org.jspecify.annotations.Nullable;

/**
 * The file under an MVStore: seals every chunk that is written with a checksum and, until the first write, shows MVStore
 * nothing but intact chunks and a file header that names the newest of them.
 *
 * <p>A round is one chunk, and forced before the next, so that no chunk but the newest can be missing on the disk. It may be
 * there to be read all the same: the page cache survives the process that wrote it, and after a failed fsync shows what no
 * later fsync writes. The first force of a life, which comes before any chunk of it, writes that one again, as it is;
 * interrupted within that, it is as it was.
 */
final class ChunkGuard extends FileBase {
    private static final int HEADER_BYTES = 2 * ChunkScan.BLOCK_BYTES;
    private static final int PIECE_BYTES = 128 << 10; // the JDK keeps a direct buffer as large as the largest write

    private final FileChannel file;
    private volatile @Nullable ChunkScan scan; // null once something was written
    private volatile ChunkScan.@Nullable Found
            inherited; // the newest of an earlier life, until it is forced in this one

    private ChunkGuard(FileChannel file, @Nullable ChunkScan scan) {
        this.file = file;
        this.scan = scan;
        this.inherited = scan == null ? null : scan.newestIntact();
    }

    /**
     * Guards {@code file}; closes it if that fails.
     *
     * @throws IOException if the file is not empty and holds no intact chunk, or if it lacks more than the one chunk that
     *     may have been under way when the power went
     */
    static ChunkGuard over(FileChannel file) throws IOException {
        try {
            return new ChunkGuard(file, file.size() == 0 ? null : checked(ChunkScan.of(file)));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static ChunkScan checked(ChunkScan scan) throws IOException {
        ChunkScan.Found newest = scan.newestIntact();
        ChunkScan.Found broken = scan.newestBroken();
        if (newest == null) {
            throw new IOException("it holds nothing that is intact");
        }
        if (broken != null && broken.version() > newest.version() + 1) {
            throw new IOException("write " + broken.version() + " at offset " + broken.block() * ChunkScan.BLOCK_BYTES
                    + " is damaged, and so is the one before it: the newest intact one is " + newest.version());
        }
        return scan;
    }

    @Override
    public synchronized int read(ByteBuffer target, long position) throws IOException {
        ChunkScan current = scan;
        if (current == null) {
            return file.read(target, position);
        }
        int size = target.remaining();
        long end = position + size;
        if (position == 0 && size == HEADER_BYTES) {
            return readHeader(target, current);
        }
        boolean footer = size == ChunkScan.FOOTER_BYTES && end % ChunkScan.BLOCK_BYTES == 0;
        if (footer && !current.intactChunkEndsAt(end / ChunkScan.BLOCK_BYTES)) {
            target.put(new byte[size]);
            return size;
        }
        return file.read(target, position);
    }

    /** Both copies of the file's header, as MVStore would have written them after the newest intact chunk. */
    private static int readHeader(ByteBuffer target, ChunkScan scan) {
        ChunkScan.Found newest = scan.newestIntact();
        if (newest == null) {
            throw new AssertionError("opened without an intact chunk");
        }
        StringBuilder text = new StringBuilder();
        DataUtils.appendMap(text, "H", 2);
        DataUtils.appendMap(text, "block", newest.block());
        DataUtils.appendMap(text, "blockSize", ChunkScan.BLOCK_BYTES);
        DataUtils.appendMap(text, "chunk", newest.id());
        DataUtils.appendMap(text, "created", 0L); // chunks are timed from here; MVStore's own value matters to nobody
        DataUtils.appendMap(text, "format", 3);
        DataUtils.appendMap(text, "version", newest.version());
        byte[] checked = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        DataUtils.appendMap(text, "fletcher", DataUtils.getFletcher32(checked, 0, checked.length));
        byte[] block = new byte[ChunkScan.BLOCK_BYTES];
        byte[] header = text.append('\n').toString().getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(header, 0, block, 0, header.length);
        target.put(block).put(block);
        return HEADER_BYTES;
    }

    @Override
    public synchronized int write(ByteBuffer source, long position) throws IOException {
        scan = null;
        int size = source.remaining();
        if (ChunkScan.isChunk(source)) {
            if (inherited != null) {
                force(true);
            }
            ChunkScan.seal(source);
        }
        long at = position;
        while (source.hasRemaining()) {
            at += file.write(source, at);
        }
        return size;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        ChunkScan.Found found = inherited;
        if (found != null) {
            writeAgain(found.block() * ChunkScan.BLOCK_BYTES, found.blocks() * ChunkScan.BLOCK_BYTES);
        }
        file.force(metaData);
        inherited = null;
    }

    private void writeAgain(long position, long size) throws IOException {
        for (long done = 0; done < size; done += PIECE_BYTES) {
            long at = position + done;
            ByteBuffer piece = ChunkScan.read(file, at, (int) Math.min(PIECE_BYTES, size - done));
            while (piece.hasRemaining()) {
                at += file.write(piece, at);
            }
        }
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        file.truncate(size);
        return this;
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }

    @Override
    public int read(ByteBuffer target) {
        throw new UnsupportedOperationException("MVStore names the position of each read");
    }

    @Override
    public int write(ByteBuffer source) {
        throw new UnsupportedOperationException("MVStore names the position of each write");
    }

    @Override
    public long position() {
        throw new UnsupportedOperationException("MVStore names each position");
    }

    @Override
    public FileChannel position(long newPosition) {
        throw new UnsupportedOperationException("MVStore names each position");
    }
}
