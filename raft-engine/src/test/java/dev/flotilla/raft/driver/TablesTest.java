package dev.flotilla.raft.driver;

import static dev.flotilla.raft.driver.Substitutes.GENESIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.message.RemovalNotice;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The small tables that the engine keeps beside the groups' logs. */
class TablesTest {
    private static final String GROUP = GENESIS.toString();
    private static final StoreId STORE = new StoreId(Bytes.wrap(new byte[StoreId.SIZE_BYTES]));
    private static final StoreId NEXT = new StoreId(Bytes.utf8("another one's id"));

    private final LogStorage log = new InMemoryLogStorage();

    private void damage(String table, String key) throws IOException {
        log.write(List.of(new GroupWrite.Put(table, key, Bytes.utf8("?"))));
    }

    private static void assertDamaged(ThrowingCallable read, String where) {
        assertThatIOException().isThrownBy(read).withMessageContaining(where).withMessageContaining("damaged");
    }

    @Test
    void whatCannotBeReadIsNamed() throws IOException {
        damage("node", "store-id");
        for (String table : List.of("certificates", "joins", "left", "memberships")) {
            damage(table, GROUP);
        }
        assertDamaged(() -> Tables.storeId(log), "store-id");
        assertDamaged(() -> Tables.storeId(log, GENESIS, STORE), GROUP);
        assertDamaged(() -> Tables.certificates(log, GENESIS), GROUP);
        assertDamaged(() -> Tables.join(log, GENESIS), GROUP);
        assertDamaged(() -> Tables.left(log, GENESIS), GROUP);
        damage("memberships", "no group");
        assertDamaged(() -> Tables.forgotten(log), "'no group'");
    }

    @Test
    void nothingIsThereAtFirst() throws IOException {
        assertThat(Tables.storeId(log)).isNull();
        assertThat(Tables.storeId(log, GENESIS, STORE)).isEqualTo(STORE);
        assertThat(Tables.certificates(log, GENESIS)).isEmpty();
        assertThat(Tables.join(log, GENESIS)).isNull();
        assertThat(Tables.left(log, GENESIS)).isNull();
        assertThat(Tables.forgotten(log)).isEmpty();
    }

    /** Its former self voted and acknowledged, so it comes back as another one. */
    @Test
    void whoForgetsAGroupKeepsNothingOfItButTheNextStoreId() throws IOException {
        Ticket ticket = Substitutes.ticket(Substitutes.peer(1));
        Certificate certificate = MessageSamples.certificate(1);
        RemovalNotice notice = new RemovalNotice(
                GENESIS, Substitutes.peer(1), STORE, new EntryId(1, 2), Substitutes.peer(2), Bytes.utf8("signed"));
        log.write(List.of(
                Tables.putJoin(ticket), Tables.putCertificates(GENESIS, List.of(certificate)), Tables.putLeft(notice)));
        assertThat(Tables.join(log, GENESIS)).isEqualTo(ticket);
        assertThat(Tables.certificates(log, GENESIS)).containsExactly(certificate);
        assertThat(Tables.left(log, GENESIS)).isEqualTo(notice);
        log.write(Tables.forget(GENESIS, NEXT));
        assertThat(Tables.join(log, GENESIS)).isNull();
        assertThat(Tables.certificates(log, GENESIS)).isEmpty();
        assertThat(Tables.left(log, GENESIS)).isNull();
        assertThat(Tables.storeId(log, GENESIS, STORE)).isEqualTo(NEXT);
        assertThat(Tables.forgotten(log)).containsExactly(GENESIS);
    }

    @Test
    void anApplicationHasNoneOfTheEnginesTables() throws Exception {
        InMemoryNetwork network = new InMemoryNetwork();
        try (PeerTransport transport = network.join(Substitutes.peer(1));
                NodeDriver node = NodeDriver.start(
                        transport,
                        new Substitutes.Credentials(Substitutes.peer(1)),
                        log,
                        new InMemorySnapshotStore(),
                        NodeSettings.defaults())) {
            Set<String> used = new TreeSet<>(Set.of("node", "certificates", "joins", "left", "memberships"));
            assertThat(log.tables()).isSubsetOf(used);
            for (String table : used) {
                assertRefused(table, () -> node.get(table, "a"));
                assertRefused(table, () -> node.keys(table));
                assertRefused(table, () -> node.put(table, "a", Bytes.EMPTY).join());
            }
            node.put("names", "a", Bytes.utf8("A")).join();
            assertThat(node.get("names", "a")).isEqualTo(Bytes.utf8("A"));
            assertThat(node.keys("names")).containsExactly("a");
        }
    }

    private static void assertRefused(String table, ThrowingCallable use) {
        assertThatIllegalArgumentException()
                .isThrownBy(use)
                .withMessage("the table '" + table + "' is the engine's own");
    }
}
