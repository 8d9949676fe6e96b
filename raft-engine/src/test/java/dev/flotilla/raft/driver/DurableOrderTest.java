package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.memory.Ed25519Credentials;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rule of {@link Effect}: nothing passes what must be durable before it. */
class DurableOrderTest {
    private static final PeerId PEER = Ed25519Credentials.generate().peerId();
    private static final Effect.SendEarly EARLY =
            new Effect.SendEarly(PEER, new RaftMessage.AppendEntries(1, 1, EntryId.NONE, List.of(), 0));

    private final List<String> done = new ArrayList<>();
    private final DurableOrder order = new DurableOrder(new DurableOrder.Actions() {
        @Override
        public void write(Effect.Persist persist) {
            done.add("write " + persist.number());
        }

        @Override
        public void installFile(Effect.InstallSnapshot install) {
            done.add("install " + install.number());
        }

        @Override
        public void rebase(Effect.InstallSnapshot install) {
            done.add("rebase " + install.number());
        }

        @Override
        public void perform(Effect effect) {
            if (effect instanceof Effect.Apply apply) {
                done.add("apply " + apply.index());
            } else if (effect instanceof Effect.InstallSnapshot install) {
                done.add("restore " + install.number());
            } else {
                done.add("send early");
            }
        }
    });

    private static Effect persist(long number) {
        return new Effect.Persist(number, new HardState(1, null), List.of());
    }

    private static Effect install(long number) {
        SnapshotMeta snapshot = new SnapshotMeta(
                new EntryId(1, 9), Configuration.EMPTY, EntryId.NONE, 0, Bytes.wrap(new byte[SnapshotMeta.HASH_BYTES]));
        return new Effect.InstallSnapshot(number, new HardState(1, null), snapshot, false);
    }

    @Test
    void anEffectWithoutAPersistBeforeItPassesAtOnce() {
        order.emit(new Effect.Apply(1));
        assertThat(done).containsExactly("apply 1");
    }

    @Test
    void anEffectWaitsForEveryPersistBeforeIt() {
        order.emit(persist(1));
        order.emit(new Effect.Apply(1));
        order.emit(persist(2));
        order.emit(new Effect.Apply(2));
        assertThat(done).containsExactly("write 1", "write 2");
        order.durable(1);
        assertThat(done).containsExactly("write 1", "write 2", "apply 1");
        order.emit(new Effect.Apply(3));
        order.durable(2);
        assertThat(done).containsExactly("write 1", "write 2", "apply 1", "apply 2", "apply 3");
    }

    @Test
    void onlyWhatIsSentEarlyOvertakes() {
        order.emit(persist(1));
        order.emit(new Effect.Apply(1));
        order.emit(EARLY);
        assertThat(done).containsExactly("write 1", "send early");
    }

    @Test
    void theLogIsRebasedOnceTheSnapshotIsInPlaceAndWritesAfterItWait() {
        order.emit(persist(1));
        order.emit(install(2));
        order.emit(persist(3));
        order.emit(new Effect.Apply(10));
        assertThat(done).containsExactly("write 1", "install 2");
        order.durable(1);
        order.installed();
        assertThat(done).containsExactly("write 1", "install 2", "rebase 2", "write 3");
        order.durable(2);
        assertThat(done).containsExactly("write 1", "install 2", "rebase 2", "write 3", "restore 2");
        order.durable(3);
        assertThat(done).endsWith("restore 2", "apply 10");
    }

    @Test
    void twoSnapshotsAreInstalledOneAfterTheOther() {
        order.emit(install(1));
        order.emit(persist(2));
        order.emit(install(3));
        order.emit(persist(4));
        order.installed();
        assertThat(done).containsExactly("install 1", "rebase 1", "write 2", "install 3");
        order.installed();
        assertThat(done).endsWith("rebase 3", "write 4");
        order.durable(4);
        assertThat(done).endsWith("restore 1", "restore 3");
    }
}
