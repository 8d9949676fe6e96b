package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.RaftCore;
import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.transport.PeerId;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the effects of one group's core once {@link DurableOrder} lets them pass. What takes time goes to other
 * threads, and comes back as an input. Belongs to the group's loop.
 */
final class GroupEffects<R> implements DurableOrder.Actions {
    private static final Logger LOG = LoggerFactory.getLogger(GroupEffects.class);

    private final NodeContext node;
    private final GenesisId genesis;
    private final GroupLoop<R> group;
    private final EventLoop loop;
    private final RaftCore core;
    private final Applier<R> applier;
    private final SnapshotKeeper keeper;
    private final SnapshotFetcher fetcher;
    private final Silence silence;
    private int installing; // received snapshots whose file is not in place yet
    private boolean replacing; // damaged entries, by a snapshot that is being taken
    private long handedIndex; // up to where entries were handed to the applier

    GroupEffects(
            NodeContext node,
            GroupLoop<R> group,
            EventLoop loop,
            RaftCore core,
            Applier<R> applier,
            SnapshotKeeper keeper,
            SnapshotFetcher fetcher,
            Silence silence,
            long appliedIndex) {
        this.silence = silence;
        this.handedIndex = appliedIndex;
        this.node = node;
        this.genesis = group.genesis();
        this.group = group;
        this.loop = loop;
        this.core = core;
        this.applier = applier;
        this.keeper = keeper;
        this.fetcher = fetcher;
    }

    @Override
    public void write(Effect.Persist persist) {
        if (!persist.putBack().isEmpty()) {
            loop.round().add(new GroupWrite.Repair(genesis, persist.putBack()));
        }
        loop.round().add(new GroupWrite.Append(genesis, persist.hardState(), persist.entries()));
        loop.round().completes(group, persist.number());
    }

    @Override
    public void installFile(Effect.InstallSnapshot install) {
        installing++;
        applier.expectRestore(install.snapshot().index());
        keeper.install(install.snapshot(), failure -> {
            if (failure == null) {
                group.onLoop(group::onInstalled);
            } else {
                group.fail(failure);
            }
        });
    }

    @Override
    public void rebase(Effect.InstallSnapshot install) {
        installing--;
        group.view().happened(new GroupEvent.SnapshotInstalled(install.snapshot()));
        loop.round()
                .add(new GroupWrite.Rebase(
                        genesis, install.hardState(), install.snapshot().lastIncluded(), install.keepLog()));
        loop.round().completes(group, install.number());
    }

    @Override
    public void perform(Effect effect) {
        if (effect instanceof Effect.Send send) {
            loop.outbox().add(send.to(), group, silence.stamped(send.message()));
        } else if (effect instanceof Effect.SendEarly send) {
            loop.outbox().add(send.to(), group, send.message());
        } else if (effect instanceof Effect.Apply apply) {
            apply(apply.index());
        } else if (effect instanceof Effect.Answered answered) {
            group.requests().answered(answered.id(), answered.result());
        } else if (effect instanceof Effect.Forwarded forwarded) {
            group.requests().forwarded(forwarded.id(), forwarded.term());
        } else if (effect instanceof Effect.InstallSnapshot install) {
            handedIndex = Math.max(handedIndex, install.snapshot().index());
            applier.restore(install.snapshot());
        } else if (effect instanceof Effect.LoadEntries load) {
            load(load);
        } else if (effect instanceof Effect.TakeSnapshot) {
            takeSnapshot();
        } else if (effect instanceof Effect.ReceiveSnapshot receive) {
            receive(receive);
        } else if (effect instanceof Effect.Compact compact) {
            loop.round().add(new GroupWrite.Compact(genesis, compact.base()));
        } else if (effect instanceof Effect.SignCertificate sign) {
            sign(sign.unsigned());
        } else if (effect instanceof Effect.VerifyCertificates verify) {
            verify(verify);
        } else if (effect instanceof Effect.SaveCertificates save) {
            loop.round().add(Tables.putCertificates(genesis, save.chain()));
        } else if (effect instanceof Effect.Watch watch) {
            group.requests().rest();
            group.view().silent(core.isQuiet());
            silence.watch(watch.incarnations(), lost -> group.step(new Input.NodeLost(lost)));
        } else if (effect instanceof Effect.LeftGroup leave) {
            group.leave(leave.notice());
        } else {
            throw new AssertionError("unhandled effect: " + effect);
        }
    }

    private void apply(long index) {
        applier.applyTo(index, index > handedIndex ? core.cachedEntries(handedIndex + 1, index) : List.of());
        handedIndex = Math.max(handedIndex, index);
    }

    /** One at a time: the core may ask again while a large state is being written. */
    private void takeSnapshot() {
        if (!replacing) {
            replacing = true;
            var unused = applier.replaceDamage().whenComplete((taken, failure) -> {
                if (failure != null) {
                    LOG.warn(
                            "no snapshot takes the place of damaged entries now: group={} cause={}",
                            GroupTrace.shortText(genesis),
                            failure.getMessage());
                }
                group.onLoop(() -> replacing = false);
            });
        }
    }

    private void load(Effect.LoadEntries load) {
        boolean isUrgent = core.configuration().isVoter(load.to());
        node.threads().loads().add(isUrgent, load.bytesMax(), taken -> {
            try {
                List<Entry> entries =
                        node.log().entries(genesis, load.fromIndex(), load.toIndexExclusive(), load.bytesMax());
                group.onLoop(() -> group.step(new Input.EntriesLoaded(load.to(), load.run(), entries)));
            } catch (DamagedLogException e) {
                group.damageFound();
                group.onLoop(() -> group.step(new Input.EntriesLoaded(load.to(), load.run(), List.of())));
            } catch (Throwable e) { // an error too: the core waits for those entries
                group.fail(e);
            } finally {
                if (!loop.execute(taken)) { // runs after the step, also when the group has stopped
                    taken.run();
                }
            }
        });
    }

    private void sign(Certificate unsigned) {
        aside(unsigned.subject(), () -> {
            Input signed = new Input.CertificateSigned(unsigned.signedBy(node.credentials()));
            group.onLoop(() -> group.step(signed));
        });
    }

    private void verify(Effect.VerifyCertificates verify) {
        aside(node.self(), () -> {
            if (verify.proof().stream().allMatch(each -> each.isSigned(node.credentials()))) {
                group.onLoop(() -> group.step(new Input.CertificatesVerified(verify.chain())));
            }
        });
    }

    private void aside(PeerId subject, Runnable task) {
        node.threads().signatures().add(genesis, subject, () -> {
            try {
                task.run();
            } catch (Throwable e) { // an error too: the core waits for an answer
                group.fail(e);
            }
        });
    }

    private void receive(Effect.ReceiveSnapshot receive) {
        SnapshotMeta snapshot = receive.snapshot();
        if (installing > 0) { // its file is where the new one would go
            group.onLoop(() -> group.step(new Input.SnapshotNotReceived(snapshot)));
            return;
        }
        fetcher.fetch(snapshot, receive.sources(), group::onLoop, fetched -> {
            group.view()
                    .happened(
                            fetched
                                    ? new GroupEvent.SnapshotReceived(snapshot)
                                    : new GroupEvent.SnapshotNotReceived(snapshot));
            group.step(fetched ? new Input.SnapshotReceived(snapshot) : new Input.SnapshotNotReceived(snapshot));
        });
    }
}
