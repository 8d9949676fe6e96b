package dev.flotilla.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AddressBookTest {
    private final PeerId peer = key(1).peerId();
    private final PeerId other = key(2).peerId();
    private final Multiaddr home = Multiaddr.parse("/ip4/192.0.2.1/tcp/1");
    private final Multiaddr office = Multiaddr.parse("/dns4/a.example/tcp/2");
    private final TickingClock clock = new TickingClock();

    private final Path directory;

    AddressBookTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private static PrivateKey key(int last) {
        byte[] seed = new byte[32];
        seed[31] = (byte) last;
        return PrivateKey.ofEd25519Seed(seed);
    }

    /** A second later at each look. */
    private static final class TickingClock extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public Instant instant() {
            now = now.plusSeconds(1);
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @Test
    void namesTheMostPromisingAddressFirst() throws Exception {
        AddressBook book = AddressBook.open(directory, clock);
        book.addSeen(peer, List.of(home));
        book.addSeen(peer, List.of(office.withPeerId(peer)));
        assertThat(book.addresses(peer)).containsExactly(office, home);
        book.addSuccess(peer, home.withPeerId(peer));
        book.addSeen(peer, List.of(office));
        assertThat(book.addresses(peer)).containsExactly(home, office);
        assertThat(book.addresses(other)).isEmpty();
    }

    @Test
    void passesOverAddressesOfOtherPeers() {
        AddressBook book = AddressBook.inMemory();
        book.addSeen(peer, List.of(home.withPeerId(other), Multiaddr.parse("/p2p/" + peer)));
        assertThat(book.peers()).isEmpty();
    }

    @Test
    void survivesARestart() throws Exception {
        AddressBook book = AddressBook.open(directory, clock);
        book.addSeen(peer, List.of(home, office));
        book.addSuccess(peer, home);
        book.addSeen(other, List.of(office));
        book.save();

        AddressBook again = AddressBook.open(directory, clock);
        assertThat(again.peers()).containsExactlyInAnyOrder(peer, other);
        assertThat(again.addresses(peer)).containsExactly(home, office);
        again.remove(other);
        again.save();
        assertThat(AddressBook.open(directory).peers()).containsExactly(peer);
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(directory.resolve(AddressFile.NAME));
        }
    }

    @Test
    void boundsTheAddressesOfAPeerAndKeepsTheOneThatWorked() throws Exception {
        AddressBook book = AddressBook.open(directory, clock);
        book.addSuccess(peer, home);
        for (int port = 1; port <= 2 * AddressBook.ADDRESSES_MAX; port++) {
            book.addSeen(peer, List.of(Multiaddr.parse("/ip4/192.0.2.2/tcp/" + port)));
        }
        assertThat(book.addresses(peer))
                .hasSize(AddressBook.ADDRESSES_MAX)
                .startsWith(home, Multiaddr.parse("/ip4/192.0.2.2/tcp/" + 2 * AddressBook.ADDRESSES_MAX));
    }

    @Test
    void whoIsTrustedLessTakesNobodysPlace() throws Exception {
        AddressBook book = AddressBook.open(directory, clock);
        assertThat(book.addIfRoom(peer, home)).isTrue();
        assertThat(book.addIfRoom(peer, home)).as("it is known").isFalse();
        assertThat(book.addIfRoom(peer, office.withPeerId(other)))
                .as("another's")
                .isFalse();
        for (int port = 1; port < AddressBook.ADDRESSES_MAX; port++) {
            assertThat(book.addIfRoom(peer, Multiaddr.parse("/ip4/192.0.2.2/tcp/" + port)))
                    .isTrue();
        }
        assertThat(book.addIfRoom(peer, office)).isFalse();
        assertThat(book.addresses(peer)).hasSize(AddressBook.ADDRESSES_MAX).contains(home);
    }

    @Test
    void aDamagedFileIsMovedAside() throws Exception {
        AddressBook book = AddressBook.open(directory, clock);
        book.addSeen(peer, List.of(home, office));
        book.save();
        byte[] whole = Files.readAllBytes(directory.resolve(AddressFile.NAME));
        Random random = new Random(9);
        for (int round = 0; round < 100; round++) {
            byte[] bytes = whole.clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            Files.write(directory.resolve(AddressFile.NAME), bytes);
            AddressBook damaged = AddressBook.open(directory, clock); // never fails
            damaged.addSeen(other, List.of(home));
            damaged.save();
        }
        Files.writeString(directory.resolve(AddressFile.NAME), "something else\n");
        assertThat(AddressBook.open(directory).peers()).isEmpty();
        assertThat(directory.resolve(AddressFile.NAME)).doesNotExist();
        assertThat(directory.resolve(AddressFile.DAMAGED_NAME)).hasContent("something else\n");
    }

    @Test
    void aBadLineCostsNoOtherLine() throws Exception {
        AddressBook book = AddressBook.open(directory, clock);
        book.addSeen(peer, List.of(home));
        book.addSeen(other, List.of(office));
        book.save();
        Path file = directory.resolve(AddressFile.NAME);
        List<String> lines = Files.readAllLines(file);
        lines.add(1, peer + " /of/the/future 2026-11-30T10:00:00Z -");
        lines.add(2, "nothing at all");
        lines.add(3, peer + " " + office + " yesterday -");
        Files.write(file, lines);

        AddressBook again = AddressBook.open(directory, clock);
        assertThat(again.addresses(peer)).containsExactly(home);
        assertThat(again.addresses(other)).containsExactly(office);
        assertThat(file).exists();
        assertThat(directory.resolve(AddressFile.DAMAGED_NAME)).doesNotExist();
    }

    @Test
    void aFailedSaveIsTriedAgain() throws Exception {
        Path blocked = directory.resolve("book");
        AddressBook book = AddressBook.open(blocked, clock);
        book.addSeen(peer, List.of(home));
        Files.writeString(blocked, "a file where the directory should be");
        assertThatThrownBy(book::save).isInstanceOf(IOException.class);
        Files.delete(blocked);
        book.save();
        assertThat(AddressBook.open(blocked).addresses(peer)).containsExactly(home);
    }
}
