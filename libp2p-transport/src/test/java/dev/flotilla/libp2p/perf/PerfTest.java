package dev.flotilla.libp2p.perf;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.StreamHandler;
import dev.flotilla.libp2p.Way;
import dev.flotilla.libp2p.limits.Limit;
import dev.flotilla.libp2p.limits.ResourceLimits;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PerfTest {
    private final Hosts hosts = new Hosts();

    @AfterEach
    void close() {
        hosts.close();
    }

    private Connection to(StreamHandler server) {
        Host host = hosts.start();
        host.handle(Perf.PROTOCOL, server);
        return connect(hosts.start(), host);
    }

    private Connection toServer() {
        Host host = hosts.start();
        new Perf().attach(host);
        return connect(hosts.start(), host);
    }

    @ParameterizedTest
    @MethodSource("dev.flotilla.libp2p.Way#all")
    void bytesGoBothWaysOneAfterTheOther(Way way) {
        try (Hosts pair = new Hosts(way)) {
            Host server = pair.start();
            Perf perf = new Perf();
            perf.attach(server);

            PerfResult result = await(Perf.measure(connect(pair.start(), server), 3_000_001, 2_000_001));

            assertThat(result.uploadBytes()).isEqualTo(3_000_001);
            assertThat(result.downloadBytes()).isEqualTo(2_000_001);
            assertThat(result.uploadTime()).isPositive();
            assertThat(result.downloadTime()).isPositive();
            assertThat(perf.receivedBytes()).isEqualTo(3_000_001);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "0, 1", "65536, 65536", "65537, 65535"})
    void anyNumberOfBytesIsMeasured(long upload, long download) {
        PerfResult result = await(Perf.measure(toServer(), upload, download));

        assertThat(result.downloadTime().isZero()).isEqualTo(download == 0);
        assertThat(result.uploadBytes()).isEqualTo(upload);
    }

    /** As the specification words it, byte by byte: the number, the upload, the end; then as many bytes back. */
    @Test
    void theServerSendsWhatTheFirstEightBytesSayAfterTheEnd() {
        Stream stream = await(toServer().newStream(Perf.PROTOCOL));
        for (byte each : HexFormat.of().parseHex("0000000000000102")) {
            await(stream.write(new byte[] {each}));
        }
        await(stream.write(new byte[1_000]));
        stream.finish();

        assertThat(await(stream.readToEnd(1_000))).hasSize(0x102);
    }

    @ParameterizedTest
    @CsvSource({"''", "00000000000001", "8000000000000000", "ffffffffffffffff"})
    void theServerResetsWhoSaysNoNumberThatMakesSense(String head) {
        Stream stream = await(toServer().newStream(Perf.PROTOCOL));
        await(stream.write(HexFormat.of().parseHex(head)));
        stream.finish();

        assertThatThrownBy(() -> await(stream.readToEnd(1_000))).hasCauseInstanceOf(IOException.class);
    }

    private Connection toServer(PerfLimits limits) {
        Host host = hosts.start();
        new Perf(limits).attach(host);
        return connect(hosts.start(), host);
    }

    @ParameterizedTest
    @CsvSource({"100001, 0", "0, 100001"})
    void whoWantsMoreBytesThanTheServerHasForOneIsReset(long upload, long download) {
        Connection connection = toServer(new PerfLimits(100_000, Duration.ofMinutes(1)));

        assertThat(await(Perf.measure(connection, 100_000, 100_000)).uploadBytes())
                .isEqualTo(100_000);
        assertThatThrownBy(() -> await(Perf.measure(connection, upload, download)))
                .hasRootCauseInstanceOf(IOException.class)
                .hasMessageContaining("resource limit exceeded");
    }

    @Test
    void whoTakesLongerThanTheServerHasForOneIsReset() {
        Stream stream = await(toServer(new PerfLimits(1, Duration.ofMillis(50))).newStream(Perf.PROTOCOL));

        assertThatThrownBy(() -> await(stream.readToEnd(1_000)))
                .hasRootCauseInstanceOf(IOException.class)
                .hasMessageContaining("resource limit exceeded");
    }

    @ParameterizedTest
    @CsvSource({"false, 8", "true, 10000000"}) // says no more, reads nothing
    void whoIsSilentIsReset(boolean finished, long download) {
        PerfLimits limits = new PerfLimits(10_000_000, Duration.ofHours(1), Duration.ofMillis(200));
        Stream stream = await(toServer(limits).newStream(Perf.PROTOCOL));
        await(stream.write(Unpooled.copyLong(download)));
        if (finished) {
            stream.finish();
        }
        awaitUntil("it is reset", () -> !stream.isOpen());
        assertThatThrownBy(() -> await(stream.readToEnd(10_000_000)))
                .hasRootCauseInstanceOf(IOException.class)
                .hasMessageContaining("resource limit exceeded");
    }

    @Test
    void onePeerHasAPartOfTheStreams() {
        Connection connection = toServer();
        int part = ResourceLimits.defaults()
                .streams()
                .ofProtocolAndPeer(Perf.PROTOCOL.value())
                .inboundMax();
        assertThat(part).isLessThan(Perf.STREAMS_MAX);
        for (int i = 0; i < part; i++) {
            await(await(connection.newStream(Perf.PROTOCOL)).write(new byte[8]));
        }
        assertThatThrownBy(() -> await(Perf.measure(connection, 0, 0))).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void aStreamThatIsOneTooManyIsReset() {
        ResourceLimits limits = ResourceLimits.defaults();
        Limit many = Limit.of(2 * Perf.STREAMS_MAX, 2 * Perf.STREAMS_MAX);
        HostConfig config = HostConfig.defaults()
                .withLimits(limits.withStreams(limits.streams().withProtocol(Perf.PROTOCOL.value(), many)));
        Host host = hosts.start(config);
        new Perf().attach(host);
        Connection connection = connect(hosts.start(config), host);
        List<Stream> open = new ArrayList<>();
        for (int i = 0; i < Perf.STREAMS_MAX; i++) {
            Stream stream = await(connection.newStream(Perf.PROTOCOL));
            await(stream.write(new byte[8]));
            open.add(stream);
        }

        assertThatThrownBy(() -> await(Perf.measure(connection, 0, 0))).hasCauseInstanceOf(IOException.class);
        open.forEach(Stream::reset);
        awaitUntil("a stream is answered again", () -> Perf.measure(connection, 0, 0)
                .handle((result, failure) -> failure == null)
                .completeOnTimeout(false, 5, java.util.concurrent.TimeUnit.SECONDS)
                .join());
    }

    @Test
    void aServerThatSendsTooLittleOrTooMuchIsFound() {
        Connection tooLittle = to(stream -> stream.readToEnd(1_000)
                .thenCompose(all -> stream.write(new byte[5]))
                .thenRun(stream::finish));
        Connection tooMuch = to(stream -> stream.readToEnd(1_000)
                .thenCompose(all -> stream.write(new byte[11]))
                .thenRun(stream::finish));

        assertThatThrownBy(() -> await(Perf.measure(tooLittle, 3, 10)))
                .hasRootCauseMessage("the peer sent 5 of 10 bytes, then ended");
        assertThatThrownBy(() -> await(Perf.measure(tooMuch, 3, 10)))
                .hasRootCauseMessage("the peer sends more than the 10 bytes that were asked for");
    }

    @Test
    void aPeerWithoutTheProtocolIsToldFrom() {
        Connection connection = connect(hosts.start(), hosts.start());

        assertThatThrownBy(() -> await(Perf.measure(connection, 1, 1)))
                .hasRootCauseInstanceOf(IOException.class)
                .hasMessageContaining(Perf.PROTOCOL.toString());
        assertThatThrownBy(() -> Perf.measure(connection, -1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }
}
