package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.Disk;
import dev.flotilla.raft.storage.Disk.DiskFile;
import dev.flotilla.raft.storage.LogDamage;
import dev.flotilla.raft.storage.LogFinding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads all segments of a log and changes nothing. */
final class Recovery {
    private final Disk disk;
    private final SegmentNames names;
    private final SegmentScan.Findings findings = new SegmentScan.Findings();
    private final List<Segment> segments = new ArrayList<>();
    private final LogIndex index = new LogIndex();
    private @Nullable Manifest manifest;
    private long nextRound = 1;
    private int lastRoundAt = -1;

    private Recovery(Disk disk, SegmentNames names) {
        this.disk = disk;
        this.names = names;
    }

    /**
     * Reads the log in that directory. Its files stay open: close them with {@link #close}.
     *
     * @throws IOException if it cannot be read at all, or is of a newer format; damage is among the findings
     */
    static Recovery of(Disk disk, SegmentNames names) throws IOException {
        Recovery recovery = new Recovery(disk, names);
        try {
            recovery.read();
            return recovery;
        } catch (IOException | RuntimeException e) {
            recovery.close();
            throw e;
        }
    }

    private void read() throws IOException {
        List<String> files = disk.list(names.directory());
        List<Long> numbers = files.stream()
                .filter(SegmentNames::isSegment)
                .map(SegmentNames::segment)
                .toList();
        if (!files.contains(SegmentNames.MANIFEST)) {
            if (!numbers.isEmpty()) {
                findings.add(new LogFinding(names.manifest(), 0, "it is missing, although there are segments"));
            }
            return;
        }
        Manifest found = Manifest.read(disk, names);
        manifest = found;
        for (long number : numbers) {
            open(number, found.logId());
        }
        for (int i = 1; i < segments.size(); i++) {
            findMissing(segments.get(i - 1).number() + 1, segments.get(i).number());
        }
        findMissing(segments.isEmpty() ? 1 : segments.get(segments.size() - 1).number() + 1, found.newest() + 1);
        replay();
        if (!segments.isEmpty()) {
            findMissing(index.oldest(), segments.get(0).number());
        }
        findGaps();
    }

    private void open(long number, long logId) throws IOException {
        Path path = names.file(number);
        DiskFile file = disk.open(path);
        boolean isOpen = false;
        try {
            ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
            file.read(bytes, 0);
            SegmentHeader header = SegmentHeader.decode(bytes.flip(), path);
            if (header == null) {
                findings.add(new LogFinding(path, 0, "the header of the segment cannot be read"));
            } else if (header.segment() != number || header.logId() != logId) {
                findings.add(new LogFinding(path, 0, "this is a segment of another log, or of another number"));
            } else {
                segments.add(new Segment(header, path, file));
                isOpen = true;
                checkSize(path, file.size(), header);
            }
        } finally {
            if (!isOpen) {
                file.close();
            }
        }
    }

    private void checkSize(Path path, long size, SegmentHeader header) {
        if (size != header.fileBytes()) {
            findings.add(new LogFinding(
                    path, size, "the file has " + size + " bytes, but was made with " + header.fileBytes()));
        }
    }

    private void replay() throws IOException {
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            SegmentHeader header = segment.header();
            index.atLeastOldest(header.oldest());
            boolean isFirst = i == 0 || segments.get(i - 1).number() != segment.number() - 1;
            if (!isFirst && header.firstRound() != nextRound) {
                findings.add(
                        segment,
                        0,
                        "it begins with round " + header.firstRound() + ", but the one before ends with round "
                                + (nextRound - 1));
            }
            SegmentScan scan = new SegmentScan(segment, index, findings);
            if (i == segments.size() - 1 || segments.get(i + 1).number() != segment.number() + 1) {
                nextRound = scan.newest(header.firstRound());
                lastRoundAt = scan.lastRoundAt();
            } else {
                nextRound = scan.sealed(
                        header.firstRound(), segments.get(i + 1).header().previousEnd());
            }
        }
    }

    private void findMissing(long from, long end) {
        for (long number = from; number < end; number++) {
            missing(number);
        }
    }

    private void missing(long number) {
        boolean isUnreadable =
                findings.list().stream().anyMatch(each -> each.file().equals(names.file(number)));
        if (!isUnreadable) {
            findings.add(new LogFinding(names.file(number), 0, "the file is missing"));
        }
    }

    private void findGaps() {
        for (GenesisId genesis : index.groups()) {
            GroupIndex group = index.group(genesis);
            long missing = group == null ? -1 : group.firstMissingIndex();
            if (missing >= 0) {
                findings.add(new LogFinding(
                        names.directory(), 0, "entry " + missing + " of group " + genesis + " is in no segment"));
            } else if (group != null && group.groupPlace() == Place.NOWHERE) {
                findings.add(new LogFinding(
                        names.directory(), 0, "the hard state of group " + genesis + " is in no segment"));
            }
        }
    }

    /** Damage that leaves open what is missing; empty for a log that may be used. */
    List<LogFinding> findings() {
        return findings.list();
    }

    /** All that is wrong, also what is known to the entry. */
    List<LogFinding> everything() {
        List<LogFinding> all = new ArrayList<>(findings.list());
        for (GenesisId genesis : index.groups()) {
            GroupIndex group = index.group(genesis);
            if (group != null) {
                addDamage(all, genesis, group);
            }
        }
        return all;
    }

    private void addDamage(List<LogFinding> all, GenesisId genesis, GroupIndex group) {
        LogDamage damage = group.damage(names);
        if (damage.hardStateLost()) {
            all.add(finding(group.groupPlace(), "the hard state of group " + genesis + " is damaged"));
        }
        for (DamagedEntry entry : damage.entries()) {
            all.add(finding(
                    group.entries.place(entry.id().index()),
                    "entry " + entry.id() + " of group " + genesis + " is damaged"));
        }
    }

    private LogFinding finding(long packed, String what) {
        Place place = Place.of(packed);
        return new LogFinding(names.file(place.segment()), place.offset(), what);
    }

    /** What a power loss left of the last round, which will be cut; null if there is nothing. */
    @Nullable
    LogFinding torn() throws IOException {
        Segment newest = newest();
        if (newest == null) {
            return null;
        }
        int last = new SegmentReader(newest).lastNonZero(newest.end());
        return last < newest.end()
                ? null
                : new LogFinding(
                        newest.path(),
                        newest.end(),
                        "round " + nextRound + " is not whole, " + (last + 1 - newest.end())
                                + " bytes: it was never acknowledged, and will be cut");
    }

    private @Nullable Segment newest() {
        return segments.isEmpty() ? null : segments.get(segments.size() - 1);
    }

    /** Null if there is no log yet. */
    @Nullable
    Manifest manifest() {
        return manifest;
    }

    /** In the order of their numbers. */
    List<Segment> segments() {
        return segments;
    }

    LogIndex index() {
        return index;
    }

    long nextRound() {
        return nextRound;
    }

    /** Where the last round of the newest segment begins; -1 if it has none. */
    int lastRoundAt() {
        return lastRoundAt;
    }

    void close() throws IOException {
        for (Segment segment : segments) {
            segment.file().close();
        }
    }
}
