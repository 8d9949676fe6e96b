package dev.flotilla.raft.storage.h2;

import java.io.IOException;
import java.nio.channels.FileChannel;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/** H2's name for a guarded file. Public, as its constructor, because H2 makes instances by reflection. */
public final class ChunkGuardPath extends FilePathWrapper {
    private static final String SCHEME = "flotilla-log";

    public ChunkGuardPath() {}

    /** The name of the guarded form of the file that H2 knows as {@code name}. */
    static String guarded(String name) {
        FilePath.register(new ChunkGuardPath()); // replaces its equal, if this is not the first
        return SCHEME + ":" + name;
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        return ChunkGuard.over(getBase().open(mode));
    }
}
