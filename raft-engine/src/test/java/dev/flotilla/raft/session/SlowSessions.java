package dev.flotilla.raft.session;

import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.InSession;
import dev.flotilla.transport.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A table of sessions as one would write it down, with no eye to speed: what {@link SessionTable} is compared with. */
final class SlowSessions {
    private record Known(long session, long sequence, long index, Bytes data) {}

    private record Open(long id, long lastUsed, long lowestUnanswered) {}

    private final SessionTable.Bounds bounds;
    private List<Open> open = new ArrayList<>();
    private List<Known> known = new ArrayList<>();

    SlowSessions(SessionTable.Bounds bounds) {
        this.bounds = bounds;
    }

    /** In words. */
    String judge(long index, Command command) {
        if (command.inSession() instanceof InSession.None) {
            return "run";
        }
        if (command.inSession() instanceof InSession.Opening) {
            open.add(new Open(index, index, 1));
            expire();
            return "opened";
        }
        InSession.Numbered numbered = (InSession.Numbered) command.inSession();
        List<Open> present =
                open.stream().filter(each -> each.id == numbered.session()).toList();
        if (present.isEmpty()) {
            return "EXPIRED";
        }
        Open before = present.get(0);
        long lowest = Math.max(before.lowestUnanswered, numbered.lowestUnanswered());
        open.remove(before);
        open.add(new Open(before.id, index, lowest));
        known.removeIf(each -> each.session == before.id && each.sequence < lowest);
        if (numbered.sequence() < lowest) {
            return "FORGOTTEN";
        }
        if (numbered.sequence() >= lowest + bounds.window()) {
            return "OUT_OF_WINDOW";
        }
        for (Known each : known) {
            if (each.session == before.id && each.sequence == numbered.sequence()) {
                return each.data.equals(command.data()) ? "repeated " + each.index : "OTHER_PAYLOAD";
            }
        }
        known.add(new Known(before.id, numbered.sequence(), index, command.data()));
        expire();
        return "run";
    }

    private void expire() {
        while (open.size() > bounds.sessions() || known.size() > bounds.answers()) {
            Open oldest =
                    open.stream().min(Comparator.comparingLong(Open::lastUsed)).orElseThrow();
            open.remove(oldest);
            known.removeIf(each -> each.session == oldest.id);
        }
    }

    static String words(Verdict verdict) {
        if (verdict instanceof Verdict.Run) {
            return "run";
        } else if (verdict instanceof Verdict.Opened) {
            return "opened";
        } else if (verdict instanceof Verdict.Repeated repeated) {
            return "repeated " + repeated.answer().index();
        } else if (verdict instanceof Verdict.Refused refused) {
            return refused.why().name();
        }
        throw new AssertionError(verdict);
    }
}
