package dev.flotilla.raft.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.tree.ClassNode;

/** Loads core and simulator anew, with a fault's edits made; everything else is its parent's. */
final class FaultyLoader extends ClassLoader {
    private static final String CORE = "dev.flotilla.raft.core.";
    private static final String SIMULATOR = "dev.flotilla.raft.sim.";

    private final List<Edit> edits;

    FaultyLoader(List<Edit> edits) {
        super("faulty", FaultyLoader.class.getClassLoader());
        this.edits = edits;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(CORE) && !name.startsWith(SIMULATOR)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded == null) {
                byte[] code = rewritten(name);
                loaded = defineClass(name, code, 0, code.length);
            }
            return loaded;
        }
    }

    private byte[] rewritten(String name) {
        String internalName = name.replace('.', '/');
        List<Edit> here = edits.stream()
                .filter(edit -> name.equals(CORE + edit.className()))
                .toList();
        return here.isEmpty() ? bytes(internalName) : rewritten(internalName, here);
    }

    /** The class with all of {@code edits}, which are all of that class, made. */
    static byte[] rewritten(String internalName, List<Edit> edits) {
        ClassNode node = read(internalName);
        edits.forEach(edit -> edit.change().apply(node));
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS); // no edit moves a branch: the frames stay true
        node.accept(writer);
        return writer.toByteArray();
    }

    static ClassNode read(String internalName) {
        ClassNode node = new ClassNode();
        new ClassReader(bytes(internalName)).accept(node, 0);
        return node;
    }

    private static byte[] bytes(String internalName) {
        String resource = internalName + ".class";
        try (InputStream in = FaultyLoader.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(
                        "no class " + internalName + ": adapt the fault to the code as it is now");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + resource, e);
        }
    }
}
