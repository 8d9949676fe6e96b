package dev.flotilla.libp2p.speed;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.connect;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Echo;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.Way;
import io.netty.buffer.ByteBuf;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Measures two hosts in one process on loopback, over each way that there is. No test: {@code mvn -Pspeed -pl
 * libp2p-transport -am test} runs it. Each figure is measured over {@code -Dspeed.seconds=S} seconds of this process's CPU time,
 * after as many to warm up; the figures per CPU second hold on a busy machine, too.
 */
class SpeedRun {
    private static final double MIB = 1 << 20;
    private static final int WARM_UP_TRIPS = 5_000;
    private static final int TRIP_BYTES = 64;

    private static final Map<String, Map<String, Double>> FIGURES = new LinkedHashMap<>(); // by what and way

    private final long cpuBudget = TimeUnit.SECONDS.toNanos(Long.getLong("speed.seconds", 10));

    @ParameterizedTest
    @MethodSource("dev.flotilla.libp2p.Way#all")
    void measure(Way way) throws Exception {
        try (Hosts hosts = new Hosts(way)) {
            Host from = hosts.start();
            Host to = hosts.start();
            new Sink().attach(to);
            handshakes(way, from, to);
            throughput(way, from, to, 1);
            throughput(way, from, to, 16);
            report(way, "µs, 64-byte round trip, a thread that waits", roundTrip(from, to));
        }
    }

    private static void report(Way way, String what, double value) {
        FIGURES.computeIfAbsent(what, name -> new LinkedHashMap<>()).put(way.toString(), value);
    }

    /** All that was measured, as a table in Markdown. */
    @AfterAll
    static void print() {
        Set<String> ways = new LinkedHashSet<>();
        FIGURES.values().forEach(row -> ways.addAll(row.keySet()));
        StringBuilder text = new StringBuilder("| Java " + Runtime.version().feature() + ", both hosts in one process");
        ways.forEach(way -> text.append(" | ").append(way));
        text.append(" |\n| --- |").append(" ---: |".repeat(ways.size())).append('\n');
        FIGURES.forEach((what, row) -> {
            text.append("| ").append(what);
            ways.forEach(way -> text.append(String.format(Locale.ROOT, " | %,.1f", row.getOrDefault(way, Double.NaN))));
            text.append(" |\n");
        });
        System.out.println(text);
    }

    private void handshakes(Way way, Host from, Host to) {
        handshakesOf(from, to, cpuNanos() + cpuBudget);
        long begin = System.nanoTime();
        long cpuBegin = cpuNanos();
        int count = handshakesOf(from, to, cpuBegin + cpuBudget);
        double cpuMillis = (cpuNanos() - cpuBegin) / 1e6;
        report(way, "handshakes/s, one after another", count / ((System.nanoTime() - begin) / 1e9));
        report(way, "CPU ms/handshake, both sides", cpuMillis / count);
    }

    private static int handshakesOf(Host from, Host to, long cpuEnd) {
        int count = 0;
        while (cpuNanos() < cpuEnd) {
            await(connect(from, to).close());
            count++;
        }
        return count;
    }

    private void throughput(Way way, Host from, Host to, int streams) throws Exception {
        Connection connection = connect(from, to);
        List<Pump> pumps = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            pumps.add(new Pump(await(connection.newStream(Sink.PROTOCOL))));
        }
        pumps.forEach(Pump::start);
        sleepUntilUsed(cpuNanos() + cpuBudget); // warms up
        long begin = System.nanoTime();
        long cpuBegin = cpuNanos();
        long before = pumps.stream().mapToLong(Pump::written).sum();
        sleepUntilUsed(cpuBegin + cpuBudget);
        double bytes = pumps.stream().mapToLong(Pump::written).sum() - before;
        double cpuSeconds = (cpuNanos() - cpuBegin) / 1e9;
        double wallSeconds = (System.nanoTime() - begin) / 1e9;
        pumps.forEach(Pump::end);
        await(connection.close());
        report(way, "MiB/s, " + of(streams), bytes / MIB / wallSeconds);
        report(way, "CPU s/GiB, " + of(streams), cpuSeconds / (bytes / MIB / 1024));
    }

    private static String of(int streams) {
        return streams == 1 ? "1 stream" : streams + " streams";
    }

    private double roundTrip(Host from, Host to) {
        Connection connection = connect(from, to);
        Stream stream = await(connection.newStream(Echo.PROTOCOL));
        byte[] request = new byte[TRIP_BYTES];
        for (int i = 0; i < WARM_UP_TRIPS; i++) {
            trip(stream, request);
        }
        long[] nanos = new long[20_000];
        for (int i = 0; i < nanos.length; i++) {
            long begin = System.nanoTime();
            trip(stream, request);
            nanos[i] = System.nanoTime() - begin;
        }
        Arrays.sort(nanos);
        await(connection.close());
        return nanos[nanos.length / 2] / 1e3;
    }

    private static void trip(Stream stream, byte[] request) {
        stream.write(request);
        int left = TRIP_BYTES;
        while (left > 0) {
            ByteBuf answer = await(stream.read());
            if (answer == null) {
                throw new AssertionError("the other side ended");
            }
            left -= answer.readableBytes();
            answer.release();
        }
    }

    private static void sleepUntilUsed(long cpuEnd) throws InterruptedException {
        while (cpuNanos() < cpuEnd) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
