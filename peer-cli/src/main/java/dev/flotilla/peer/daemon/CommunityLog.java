package dev.flotilla.peer.daemon;

import dev.flotilla.peer.control.Suggestion;
import dev.flotilla.raft.RaftGroup.GroupListener;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.driver.GroupEvent;
import dev.flotilla.transport.PeerId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what an operator wants to know of a community: role, leader, members, and when it stops. */
final class CommunityLog implements GroupListener {
    private static final Logger LOG = LoggerFactory.getLogger(CommunityLog.class);

    private final String name;
    private final PeerId self;
    private String role = "";
    private @Nullable PeerId leader;
    private int members;
    private boolean left;

    CommunityLog(String name, PeerId self) {
        this.name = name;
        this.self = self;
    }

    @Override
    public synchronized void changed(CoreStatus status) {
        String newRole = StatusJson.role(status, self);
        int newMembers = status.configuration().members().size();
        boolean news = !newRole.equals(role) || !Objects.equals(status.leader(), leader) || newMembers != members;
        if (status.left() && !left) {
            LOG.warn(
                    "removed from community {} by its members; what is left of it goes with: {}",
                    name,
                    Suggestion.of("forget", name));
        } else if (news) {
            LOG.info(
                    "community={} role={} term={} leader={} members={}",
                    name,
                    newRole,
                    status.term(),
                    status.leader() == null ? "none" : status.leader().shortText(),
                    newMembers);
        }
        role = newRole;
        leader = status.leader();
        members = newMembers;
        left = status.left();
    }

    @Override
    public void happened(GroupEvent event) {
        if (event instanceof GroupEvent.SnapshotInstalled installed) {
            LOG.info(
                    "community={} took over the state of entry {} from another member",
                    name,
                    installed.snapshot().index());
        } else if (event instanceof GroupEvent.SnapshotNotReceived missed) {
            LOG.info(
                    "community={} could not get the state of entry {} and will be offered it again",
                    name,
                    missed.snapshot().index());
        } else if (event instanceof GroupEvent.MemberBack back) {
            LOG.info("community={} connected to member={}", name, back.peer().shortText());
        } else if (event instanceof GroupEvent.MemberAbsent absent) {
            LOG.info(
                    "community={} lost the connection to member={}",
                    name,
                    absent.peer().shortText());
        } else if (event instanceof GroupEvent.Dropped dropped) {
            LOG.info("community={} {} events came too fast to be logged", name, dropped.events());
        }
    }

    @Override
    public void failed(Throwable cause) {
        LOG.error("community {} stopped on this peer and answers nothing until the daemon starts again", name, cause);
    }
}
