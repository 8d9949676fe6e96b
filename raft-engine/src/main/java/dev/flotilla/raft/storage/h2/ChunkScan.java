package dev.flotilla.raft.storage.h2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Which chunks of an MVStore file are intact, or damaged in such a way that they can be used. A chunk is a run of blocks; it starts and ends with text such as
 * {@code chunk:1a,len:3,version:2f,...}. The last {@value #FOOTER_BYTES} bytes hold, where MVStore leaves blanks and
 * skips control characters, a CRC-32C of all bytes before it as eight control characters.
 */
final class ChunkScan {
    static final int BLOCK_BYTES = 4096;
    static final int FOOTER_BYTES = 128;
    private static final int HEADER_BLOCKS = 2;
    private static final int LABEL_BYTES_MAX = 1024;
    private static final int SUM_DIGITS = 8;
    private static final int TAIL_BYTES = SUM_DIGITS + 1; // and a line feed
    private static final int DIGIT_BASE = 0x10; // control characters 10 to 1f are the hexadecimal digits
    private static final byte[] CHUNK_START = "chunk:".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern FIELD = Pattern.compile("(\\w+):([0-9a-f]{1,16})(?=,|\\s|$)");

    /**
     * One chunk.
     *
     * @param version counts commits
     */
    record Found(long block, long blocks, int id, long version) {}

    /** What both ends of a chunk say. */
    private record Label(int id, long blocks, long version) {}

    /** How much of a chunk can be used. */
    private enum State {
        INTACT,
        /** All but the bodies of some rows. */
        MARRED,
        BROKEN
    }

    private record Marred(Found found, long endBlock) {}

    private final Set<Long> intactEndBlocks = new HashSet<>();
    private final List<Marred> marred = new ArrayList<>();
    private @Nullable Found newestIntact;
    private @Nullable Found newestBroken;

    private ChunkScan() {}

    /** Reads all of {@code file}. */
    static ChunkScan of(FileChannel file) throws IOException {
        ChunkScan scan = new ChunkScan();
        long blocks = file.size() / BLOCK_BYTES;
        long block = HEADER_BLOCKS;
        while (block < blocks) {
            block += scan.look(file, block, blocks);
        }
        scan.judgeMarred();
        return scan;
    }

    /**
     * A chunk that is damaged in the bodies of rows alone can be used if it was acknowledged, as every chunk was that has a
     * newer one; the newest may be a write that was under way when the power went.
     */
    private void judgeMarred() {
        for (Marred each : marred) {
            if (newestIntact != null && each.found.version() < newestIntact.version()) {
                intactEndBlocks.add(each.endBlock);
            } else {
                newestBroken = newer(newestBroken, each.found);
            }
        }
    }

    /** Looks at one place and returns how many blocks to go on. */
    private long look(FileChannel file, long block, long blocks) throws IOException {
        Label label = label(read(file, block * BLOCK_BYTES, LABEL_BYTES_MAX));
        if (label == null) {
            return 1;
        }
        Found found = new Found(block, label.blocks(), label.id(), label.version());
        boolean fits = label.blocks() > 0 && label.blocks() <= blocks - block;
        State state = fits ? state(file, block, label) : State.BROKEN;
        if (state == State.BROKEN) {
            newestBroken = newer(newestBroken, found);
            return 1;
        }
        if (state == State.MARRED) {
            marred.add(new Marred(found, block + label.blocks()));
        } else {
            intactEndBlocks.add(block + label.blocks());
            newestIntact = newer(newestIntact, found);
        }
        return label.blocks();
    }

    private static Found newer(@Nullable Found one, Found other) {
        return one == null || other.version() >= one.version() ? other : one;
    }

    private static State state(FileChannel file, long block, Label label) throws IOException {
        if (label.blocks() > Integer.MAX_VALUE / BLOCK_BYTES) {
            return State.BROKEN;
        }
        ByteBuffer chunk = read(file, block * BLOCK_BYTES, (int) label.blocks() * BLOCK_BYTES);
        ByteBuffer footer = chunk.slice(chunk.limit() - FOOTER_BYTES, FOOTER_BYTES);
        if (!label.equals(label(footer))) {
            return State.BROKEN;
        } else if (isSealed(chunk)) {
            return State.INTACT;
        }
        Integer written = writtenSum(chunk);
        if (written == null) {
            return State.BROKEN;
        }
        byte[] summed = new byte[chunk.limit() - TAIL_BYTES];
        chunk.get(0, summed);
        return ChunkProof.isDamagedInBodiesAlone(summed, summed.length, written) ? State.MARRED : State.BROKEN;
    }

    static ByteBuffer read(FileChannel file, long position, int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size);
        while (bytes.hasRemaining()) {
            int read = file.read(bytes, position + bytes.position());
            if (read < 0) {
                throw new IOException(
                        "the file ended at offset " + (position + bytes.position()) + " while it was read");
            }
        }
        bytes.flip();
        return bytes;
    }

    /** The label that starts there, or null. */
    private static @Nullable Label label(ByteBuffer bytes) {
        if (!startsAChunk(bytes, 0)) {
            return null;
        }
        String text = StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
        int end = text.indexOf('\n');
        Map<String, Long> fields = new HashMap<>();
        Matcher matcher = FIELD.matcher(end < 0 ? text : text.substring(0, end));
        while (matcher.find()) {
            fields.put(matcher.group(1), Long.parseUnsignedLong(matcher.group(2), 16));
        }
        Long id = fields.get("chunk");
        Long blocks = fields.get("len");
        Long version = fields.get("version");
        return id == null || blocks == null || version == null ? null : new Label(id.intValue(), blocks, version);
    }

    /** Whether these bytes, from position to limit, are a chunk as MVStore writes it. */
    static boolean isChunk(ByteBuffer bytes) {
        int size = bytes.remaining();
        return size >= BLOCK_BYTES
                && size % BLOCK_BYTES == 0
                && startsAChunk(bytes, bytes.position())
                && startsAChunk(bytes, bytes.limit() - FOOTER_BYTES);
    }

    private static boolean startsAChunk(ByteBuffer bytes, int at) {
        for (int i = 0; i < CHUNK_START.length; i++) {
            if (bytes.get(at + i) != CHUNK_START[i]) {
                return false;
            }
        }
        return true;
    }

    /** Puts the checksum into the end of a chunk. */
    static void seal(ByteBuffer chunk) {
        byte[] digits = digits(sum(chunk));
        chunk.put(chunk.limit() - TAIL_BYTES, digits);
    }

    private static boolean isSealed(ByteBuffer chunk) {
        byte[] digits = new byte[SUM_DIGITS];
        chunk.get(chunk.limit() - TAIL_BYTES, digits);
        return Arrays.equals(digits, digits(sum(chunk)));
    }

    private static byte[] digits(int sum) {
        byte[] digits = new byte[SUM_DIGITS];
        for (int i = 0; i < SUM_DIGITS; i++) {
            digits[i] = (byte) (DIGIT_BASE + ((sum >>> (4 * i)) & 0xf));
        }
        return digits;
    }

    /** The checksum that the chunk was sealed with; null if it cannot be read. */
    private static @Nullable Integer writtenSum(ByteBuffer chunk) {
        int sum = 0;
        for (int i = 0; i < SUM_DIGITS; i++) {
            int digit = chunk.get(chunk.limit() - TAIL_BYTES + i) - DIGIT_BASE;
            if (digit < 0 || digit > 0xf) {
                return null;
            }
            sum |= digit << (4 * i);
        }
        return sum;
    }

    private static int sum(ByteBuffer chunk) {
        CRC32C crc = new CRC32C();
        crc.update(chunk.duplicate().limit(chunk.limit() - TAIL_BYTES));
        return (int) crc.getValue();
    }

    /** Whether an intact chunk ends just before {@code block}. */
    boolean intactChunkEndsAt(long block) {
        return intactEndBlocks.contains(block);
    }

    @Nullable
    Found newestIntact() {
        return newestIntact;
    }

    /** The newest chunk that has a beginning but is not intact: torn, damaged, or the rest of one long gone. */
    @Nullable
    Found newestBroken() {
        return newestBroken;
    }
}
