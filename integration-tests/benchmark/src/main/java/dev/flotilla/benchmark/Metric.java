package dev.flotilla.benchmark;

import java.util.Locale;

/** A column of the table. */
enum Metric {
    OPERATIONS("operations/s", Better.MORE),
    MEGABYTES("MB/s", Better.MORE),
    P50("p50 µs", Better.LESS),
    P99("p99 µs", Better.LESS),
    P999("p99.9 µs", Better.LESS),
    CPU("CPU s/100,000", Better.LESS),
    CORES("cores busy", Better.NEITHER),
    DISK("disk busy %", Better.NEITHER),
    RESIDENT("resident MiB/peer", Better.LESS),
    THREADS("threads/peer", Better.LESS),
    WRITTEN("bytes written/entry/peer", Better.LESS),
    FLUSHES("flushes/s/peer", Better.NEITHER);

    private final String title;
    private final Better better;

    /** Which of two figures is the better one. */
    enum Better {
        MORE,
        LESS,
        NEITHER
    }

    Metric(String title, Better better) {
        this.title = title;
        this.better = better;
    }

    String title() {
        return title;
    }

    Better better() {
        return better;
    }

    /** With three digits at least, as a person reads it. */
    String format(double figure) {
        double size = Math.abs(figure);
        String pattern = size >= 100 ? "%,.0f" : size >= 10 ? "%,.1f" : size >= 0.1 || size == 0 ? "%,.2f" : "%.4f";
        return String.format(Locale.ROOT, pattern, figure);
    }
}
