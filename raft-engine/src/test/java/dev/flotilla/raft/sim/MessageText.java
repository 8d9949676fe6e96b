package dev.flotilla.raft.sim;

import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.GroupSettings;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.Result;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Messages and what is in them, in one line that a person reads. */
public final class MessageText {
    private MessageText() {}

    /** {@code RequestVote term=1 last=0/0}. */
    public static String of(RaftMessage message) {
        if (message instanceof RaftMessage.PreVoteRequest m) {
            return "PreVoteRequest term=" + m.term() + " last=" + m.lastEntry();
        } else if (message instanceof RaftMessage.PreVoteReply m) {
            return "PreVoteReply requestTerm=" + m.requestTerm() + " term=" + m.term() + " granted=" + m.granted();
        } else if (message instanceof RaftMessage.RequestVote m) {
            return "RequestVote term=" + m.term() + " last=" + m.lastEntry()
                    + (m.leadershipTransfer() ? " transfer" : "");
        } else if (message instanceof RaftMessage.VoteReply m) {
            return "VoteReply term=" + m.term() + " granted=" + m.granted();
        } else if (message instanceof RaftMessage.AppendEntries m) {
            return "AppendEntries term=" + m.term() + " run=" + m.run() + " prev=" + m.prev() + " commit="
                    + m.commitIndex() + " " + entries(m.entries());
        } else if (message instanceof RaftMessage.AppendAccepted m) {
            return "AppendAccepted term=" + m.term() + " run=" + m.run() + " match=" + m.matchIndex();
        } else if (message instanceof RaftMessage.AppendRejected m) {
            return "AppendRejected term=" + m.term() + " run=" + m.run() + " rejected=" + m.rejectedIndex() + " hint="
                    + m.hint() + (m.damaged() ? " damaged" : "");
        } else if (message instanceof RaftMessage.Heartbeat m) {
            return "Heartbeat term=" + m.term() + " run=" + m.run() + " round=" + m.round() + " commit="
                    + m.commitIndex();
        } else if (message instanceof RaftMessage.HeartbeatReply m) {
            return "HeartbeatReply term=" + m.term() + " run=" + m.run() + " round=" + m.round();
        }
        return ofRarer(message);
    }

    private static String ofRarer(RaftMessage message) {
        if (message instanceof RaftMessage.InstallSnapshot m) {
            return "InstallSnapshot term=" + m.term() + " run=" + m.run() + " last="
                    + m.snapshot().lastIncluded() + " base=" + m.baseIndex() + " "
                    + of(m.snapshot().configuration());
        } else if (message instanceof RaftMessage.InstallSnapshotReply m) {
            return "InstallSnapshotReply term=" + m.term() + " run=" + m.run() + " index=" + m.index() + " "
                    + m.progress();
        } else if (message instanceof RaftMessage.Quiet m) {
            return "Quiet term=" + m.term() + " run=" + m.run() + " round=" + m.round() + " index=" + m.index();
        } else if (message instanceof RaftMessage.QuietReply m) {
            return "QuietReply term=" + m.term() + " run=" + m.run() + " round=" + m.round() + " quiet=" + m.quiet();
        } else if (message instanceof RaftMessage.FetchEntries m) {
            return "FetchEntries first=" + m.first() + " last=" + m.lastIndex();
        } else if (message instanceof RaftMessage.EntriesFetched m) {
            return "EntriesFetched " + entries(m.entries());
        } else if (message instanceof RaftMessage.TimeoutNow m) {
            return "TimeoutNow term=" + m.term();
        } else if (message instanceof RaftMessage.Forward m) {
            return "Forward " + of(m.request());
        } else if (message instanceof RaftMessage.Answer m) {
            return "Answer " + of(m.result());
        } else if (message instanceof RaftMessage.JoinRequest m) {
            return "JoinRequest ticket of " + Names.of(m.ticket().issuer());
        } else if (message instanceof RaftMessage.Introduction m) {
            return "Introduction " + chain(m.chain());
        } else if (message instanceof RaftMessage.CertificateIssued m) {
            return "CertificateIssued " + chain(m.chain());
        } else if (message instanceof RaftMessage.Removed m) {
            return "Removed " + Names.of(m.notice().subject()) + " by "
                    + Names.of(m.notice().issuer()) + " at " + m.notice().configurationId();
        }
        return message.getClass().getSimpleName(); // no fields
    }

    private static String chain(List<Certificate> chain) {
        return chain.stream()
                .map(each ->
                        Names.of(each.subject()) + " by " + Names.of(each.issuer()) + " at " + each.configurationId())
                .collect(Collectors.joining(", ", "[", "]"));
    }

    public static String of(Request request) {
        if (request instanceof Request.Propose propose) {
            return "Propose " + text(propose.command());
        } else if (request instanceof Request.ChangeMembers change) {
            return "ChangeMembers put="
                    + change.change().put().stream().map(MessageText::of).toList() + " remove="
                    + change.change().remove().stream().map(Names::of).toList()
                    + (change.change().settings() == null
                            ? ""
                            : " lease=" + of(change.change().settings()))
                    + change.change().priorities().entrySet().stream()
                            .map(each -> " " + Names.of(each.getKey()) + "^" + each.getValue())
                            .collect(Collectors.joining())
                    + (change.change().revoke().isEmpty()
                            ? ""
                            : " revoke=" + tickets(change.change().revoke()));
        } else if (request instanceof Request.Transfer transfer) {
            return "Transfer to " + name(transfer.target());
        } else if (request instanceof Request.Join join) {
            return "Join " + Names.of(join.newcomer()) + "#" + Names.generation(join.storeId());
        }
        return request.getClass().getSimpleName();
    }

    public static String of(Result result) {
        if (result instanceof Result.Appended appended) {
            return "Appended " + appended.id();
        } else if (result instanceof Result.ReadAt read) {
            return "ReadAt " + read.index() + (read.confirmedAgoNanos() == 0 ? "" : " by lease");
        } else if (result instanceof Result.Refused refused) {
            return "Refused " + refused.reason() + ": " + readable(refused.detail());
        }
        return result.getClass().getSimpleName();
    }

    /** Peer ids in {@code detail} as names. */
    private static String readable(String detail) {
        String text = detail;
        for (int i = 1; i <= 9; i++) {
            text = text.replace(Names.peer("n" + i).toString(), "n" + i);
            text = text.replace(Names.peer("n" + i).shortText(), "n" + i);
        }
        return text;
    }

    public static String entries(List<Entry> entries) {
        return entries.stream().map(MessageText::of).collect(Collectors.joining(" ", "[", "]"));
    }

    /** {@code 2/3:noop}, {@code 2/4:x=1}, {@code 2/5:{n1 n2}}. */
    public static String of(Entry entry) {
        return switch (entry.kind()) {
            case NOOP -> entry.id() + ":noop";
            case COMMAND -> entry.id() + ":" + (entry.isHollow() ? "-" : text(Payloads.command(entry)));
            case CONFIGURATION -> entry.id() + ":" + of(Payloads.configuration(entry));
        };
    }

    private static String text(Command command) {
        String text = command.data().utf8();
        return text.length() <= 20 ? text : text.substring(0, 10) + "..(" + text.length() + ")";
    }

    /**
     * {@code {n1 n2 n3? level=1 revoked=7 lease=1000/20}}, level, revoked tickets and lease unless as usual; joint
     * {@code {n1 n2 <- n1}}; a learner {@code n3.}, a witness {@code n3!}, a promotable one {@code n3?} or {@code n3!?}; of
     * priority 5 {@code n3^5}.
     */
    public static String of(Configuration configuration) {
        String incoming = list(configuration.members());
        return "{" + incoming + (configuration.isJoint() ? " <- " + list(configuration.previous()) : "")
                + (configuration.featureLevel() == FeatureLevel.NEWEST
                                || configuration.members().isEmpty()
                        ? ""
                        : " level=" + configuration.featureLevel())
                + (configuration.spentTickets().stream().anyMatch(Configuration.SpentTicket::revoked)
                        ? " revoked=" + tickets(configuration.spentTickets())
                        : "")
                + (configuration.settings().hasLeaseReads() ? " lease=" + of(configuration.settings()) : "")
                + "}";
    }

    /** The numbers, in their nonces, of those that are revoked: {@code 7,9}. */
    private static String tickets(List<Configuration.SpentTicket> spent) {
        return spent.stream()
                .filter(Configuration.SpentTicket::revoked)
                .map(each -> Long.toString(each.nonce().asByteBuffer().getLong()))
                .collect(Collectors.joining(","));
    }

    /** {@code 1000/20}: milliseconds of lease, permille of drift. */
    static String of(GroupSettings settings) {
        return settings.leaseMillis() + "/" + settings.clockDriftPermille();
    }

    private static String list(List<Member> members) {
        return members.stream().map(MessageText::of).collect(Collectors.joining(" "));
    }

    private static String of(Member member) {
        int generation = Names.generation(member.storeId());
        return Names.of(member.peerId())
                + (generation == 1 ? "" : "#" + generation)
                + switch (member.role()) {
                    case VOTER -> "";
                    case LEARNER -> member.promotable() ? "?" : ".";
                    case WITNESS -> member.promotable() ? "!?" : "!";
                }
                + (member.priority() == 0 ? "" : "^" + member.priority());
    }

    public static String name(@Nullable PeerId peerId) {
        return peerId == null ? "-" : Names.of(peerId);
    }
}
