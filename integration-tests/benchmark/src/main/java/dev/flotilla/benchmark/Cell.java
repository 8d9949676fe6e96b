package dev.flotilla.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One row of the table: a closed loop, or nothing to do.
 *
 * @param title what the row is called
 * @param atLeader whether the leader is asked, or a follower
 * @param outstanding how many operations at the same time; 0 for an idle swarm
 * @param bytes of a write
 * @param readPercent how many of a hundred operations are reads
 */
record Cell(String title, boolean atLeader, int outstanding, int bytes, int readPercent) {
    private static final List<Integer> OUTSTANDING = List.of(1, 64, 1024);
    private static final List<Integer> BYTES = List.of(16, 256, 4096);
    private static final int BYTES_AMONG_READS = 256;
    private static final int READ_PERCENT = 90;
    private static final int BYTES_OF_GROUPS = 256;
    private static final int OUTSTANDING_OVER_GROUPS = 64;

    /** The rows for writes. */
    static List<Cell> writes() {
        List<Cell> cells = new ArrayList<>();
        for (int bytes : BYTES) {
            for (int outstanding : OUTSTANDING) {
                cells.add(new Cell(size(bytes) + ", " + outstanding(outstanding), true, outstanding, bytes, 0));
            }
        }
        return cells;
    }

    /** The rows for reads: first reads alone, at the end among writes. */
    static List<Cell> reads() {
        List<Cell> cells = new ArrayList<>();
        addReads(cells, "reads at the leader, ", true, 100);
        addReads(cells, "reads at a follower, ", false, 100);
        addReads(cells, READ_PERCENT + " % reads, " + size(BYTES_AMONG_READS) + ", ", true, READ_PERCENT);
        return cells;
    }

    /** The rows for so many groups: what they cost while nothing happens, and at work together. */
    static Cell idle(int groups) {
        return new Cell(groups(groups) + ", idle", true, 0, 0, 0);
    }

    static Cell busy(int groups) {
        return new Cell(
                groups(groups) + ", " + size(BYTES_OF_GROUPS) + ", " + outstanding(OUTSTANDING_OVER_GROUPS)
                        + " over all",
                true,
                OUTSTANDING_OVER_GROUPS,
                BYTES_OF_GROUPS,
                0);
    }

    private static String groups(int count) {
        return String.format(Locale.ROOT, count == 1 ? "%,d group" : "%,d groups", count);
    }

    boolean isIdle() {
        return outstanding == 0;
    }

    private static void addReads(List<Cell> cells, String title, boolean atLeader, int readPercent) {
        for (int outstanding : OUTSTANDING) {
            cells.add(
                    new Cell(title + outstanding(outstanding), atLeader, outstanding, BYTES_AMONG_READS, readPercent));
        }
    }

    private static String size(int bytes) {
        return bytes % 1024 == 0 ? bytes / 1024 + " KiB" : bytes + " B";
    }

    private static String outstanding(int count) {
        return String.format(Locale.ROOT, "%,d outstanding", count);
    }
}
