package dev.flotilla.libp2p.swarm;

import static dev.flotilla.libp2p.Hosts.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.dnsaddr.TxtRecords;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class NameResolverTest {
    private static final TxtRecords NO_RECORDS = name -> List.of();
    private static final InetAddress IP4 = address(192, 0, 2, 1);
    private static final InetAddress IP6 = address(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

    private static InetAddress address(int... parts) {
        byte[] bytes = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            bytes[i] = (byte) parts[i];
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Multiaddr name(String multiaddr) {
        return Multiaddr.parse(multiaddr);
    }

    @Test
    void keepsToTheKindOfName() {
        try (NameResolver resolver = new NameResolver(name -> new InetAddress[] {IP6, IP4}, NO_RECORDS)) {
            assertThat(await(resolver.resolve(name("/dns4/a/tcp/7"), Runnable::run)))
                    .containsExactly(name("/ip4/192.0.2.1/tcp/7"));
            assertThat(await(resolver.resolve(name("/dns6/a/tcp/7"), Runnable::run)))
                    .containsExactly(name("/ip6/2001:db8::1/tcp/7"));
            assertThat(await(resolver.resolve(name("/dns/a/tcp/7"), Runnable::run)))
                    .hasSize(2);
        }
    }

    @Test
    void nobodyWaitsForALookUpThatHangs() {
        CountDownLatch answers = new CountDownLatch(1);
        try (NameResolver resolver = new NameResolver(
                name -> {
                    try {
                        answers.await();
                    } catch (InterruptedException e) {
                        throw new UnknownHostException(name);
                    }
                    return new InetAddress[] {IP4};
                },
                NO_RECORDS)) {
            List<CompletableFuture<?>> asked = new ArrayList<>();
            for (int i = 0; i < NameResolver.THREADS + NameResolver.WAITING_MAX; i++) {
                asked.add(resolver.resolve(name("/dns/a/tcp/7"), Runnable::run));
            }
            assertThat(asked).noneMatch(CompletableFuture::isDone);
            assertThatThrownBy(() -> await(resolver.resolve(name("/dns/b/tcp/7"), Runnable::run)))
                    .hasMessageContaining("too many names");
            answers.countDown();
            asked.forEach(Hosts::await);
        }
    }

    @Test
    void whatNobodyWantsToKnowAnyMoreIsNotAsked() {
        CountDownLatch answers = new CountDownLatch(1);
        Set<String> asked = ConcurrentHashMap.newKeySet();
        try (NameResolver resolver = new NameResolver(
                name -> {
                    asked.add(name);
                    try {
                        answers.await();
                    } catch (InterruptedException e) {
                        throw new UnknownHostException(name);
                    }
                    return new InetAddress[] {IP4};
                },
                NO_RECORDS)) {
            List<CompletableFuture<?>> hanging = new ArrayList<>();
            for (int i = 0; i < NameResolver.THREADS; i++) {
                hanging.add(resolver.resolve(name("/dns/hangs" + i + "/tcp/7"), Runnable::run));
            }
            Hosts.awaitUntil("all threads hang", () -> asked.size() == NameResolver.THREADS);
            for (int i = 0; i < 2 * NameResolver.WAITING_MAX; i++) {
                resolver.resolve(name("/dns/given.up/tcp/7"), Runnable::run).cancel(false);
            }
            CompletableFuture<?> wanted = resolver.resolve(name("/dns/wanted/tcp/7"), Runnable::run);
            answers.countDown();
            await(wanted);
            hanging.forEach(Hosts::await);
            assertThat(asked).contains("wanted").doesNotContain("given.up");
        }
    }

    @Test
    void followsNoRecordsForEver() {
        TxtRecords records = name -> List.of("dnsaddr=/ip4/192.0.2.9/tcp/7", "dnsaddr=/dns4/b/tcp/8");
        try (NameResolver resolver = new NameResolver(name -> new InetAddress[] {IP4}, records, Duration.ofNanos(1))) {
            assertThat(await(resolver.resolve(name("/dnsaddr/a"), Runnable::run)))
                    .as("of names in the records there was no time to look up")
                    .containsExactly(name("/ip4/192.0.2.9/tcp/7"));
        }
    }

    @Test
    void aNameThatNoResolverTakesFails() {
        try (NameResolver resolver = new NameResolver(
                name -> {
                    throw new IllegalArgumentException("what a name");
                },
                NO_RECORDS)) {
            assertThatThrownBy(() -> await(resolver.resolve(name("/dns/a/tcp/7"), Runnable::run)))
                    .hasMessageContaining("what a name");
        }
    }

    @Test
    void saysThatThereIsNoSuchName() {
        try (NameResolver resolver = new NameResolver(
                name -> {
                    throw new UnknownHostException(name);
                },
                NO_RECORDS)) {
            assertThatThrownBy(() -> await(resolver.resolve(name("/dns/a/tcp/7"), Runnable::run)))
                    .hasMessageContaining("not found");
        }
    }

    @Test
    void followsTxtRecordsAndLooksUpTheNamesInThem() {
        TxtRecords records = name -> List.of("dnsaddr=/dns4/b/tcp/8", "dnsaddr=/ip4/192.0.2.9/udp/7/quic-v1");
        try (NameResolver resolver = new NameResolver(name -> new InetAddress[] {IP4}, records)) {
            assertThat(await(resolver.resolve(name("/dnsaddr/a"), Runnable::run)))
                    .containsExactly(name("/ip4/192.0.2.1/tcp/8"), name("/ip4/192.0.2.9/udp/7/quic-v1"));
        }
        TxtRecords silent = name -> {
            throw new IOException("nobody answers");
        };
        try (NameResolver resolver = new NameResolver(name -> new InetAddress[] {IP4}, silent)) {
            assertThatThrownBy(() -> await(resolver.resolve(name("/dnsaddr/a"), Runnable::run)))
                    .hasMessageContaining("nobody answers");
        }
    }
}
