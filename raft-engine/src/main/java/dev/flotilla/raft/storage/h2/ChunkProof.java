package dev.flotilla.raft.storage.h2;

/**
 * Proves of a chunk whose checksum is wrong that nothing is damaged but the bodies of some {@linkplain Row rows}: keys,
 * pages and MVStore's own maps are as they were written, so that it can be used, and the rows be put back.
 *
 * <p>A CRC is linear: what damage within a body changes of the chunk's checksum follows from what it changes of the body's
 * own, and from how many bytes come after it. Both sums of each body are known, so that if these changes together explain
 * the chunk's, no other byte is another one.
 */
final class ChunkProof {
    private static final int POLYNOMIAL = 0x82f63b78; // Castagnoli's, its bits in reverse
    private static final int[] TABLE = table();

    private ChunkProof() {}

    private static int[] table() {
        int[] table = new int[256];
        for (int i = 0; i < table.length; i++) {
            int sum = i;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                sum = (sum & 1) == 0 ? sum >>> 1 : (sum >>> 1) ^ POLYNOMIAL;
            }
            table[i] = sum;
        }
        return table;
    }

    /**
     * Whether the bodies of rows explain why the first {@code size} bytes have another sum than {@code written}.
     *
     * @param written their CRC-32C when they were written
     */
    static boolean isDamagedInBodiesAlone(byte[] bytes, int size, int written) {
        int unexplained = Row.sum(bytes, 0, size) ^ written;
        for (int at = 0; at < size; ) {
            Row.Body body = isMagic(bytes, at, size) ? Row.body(bytes, at, size) : null;
            if (body == null) {
                at++;
                continue;
            }
            int change = Row.sum(bytes, body.at(), body.size()) ^ body.sum();
            unexplained ^= change == 0 ? 0 : afterZeros(change, size - body.end());
            at = body.end();
        }
        return unexplained == 0;
    }

    private static boolean isMagic(byte[] bytes, int at, int size) {
        return bytes[at] == (byte) (Row.MAGIC >> 24)
                && at + Integer.BYTES <= size
                && bytes[at + 1] == (byte) (Row.MAGIC >> 16)
                && bytes[at + 2] == (byte) (Row.MAGIC >> 8)
                && bytes[at + 3] == (byte) Row.MAGIC;
    }

    /** What a change of a sum comes to when so many bytes follow. */
    private static int afterZeros(int change, int count) {
        int sum = change;
        for (int i = 0; i < count; i++) {
            sum = (sum >>> Byte.SIZE) ^ TABLE[sum & 0xff];
        }
        return sum;
    }
}
