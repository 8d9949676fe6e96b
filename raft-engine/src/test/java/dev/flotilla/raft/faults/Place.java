package dev.flotilla.raft.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * One instruction of a method of the core, its lambdas and overloads included. Exactly as many instructions as expected
 * must be of the kind that is looked for: else the code has changed its shape and the fault with it.
 */
final class Place {
    private final String className;
    private final String methodName;
    private final String what;
    private final Predicate<AbstractInsnNode> kind;
    private final int number; // which of them, from 1
    private final int expected;

    private Place(
            String className,
            String methodName,
            String what,
            Predicate<AbstractInsnNode> kind,
            int number,
            int expected) {
        this.className = className;
        this.methodName = methodName;
        this.what = what;
        this.kind = kind;
        this.number = number;
        this.expected = expected;
    }

    /** Any instruction of {@code className.methodName}. */
    static Place in(String className, String methodName) {
        return new Place(className, methodName, "instruction", each -> true, 1, 1);
    }

    private Place of(String newWhat, Predicate<AbstractInsnNode> newKind) {
        return new Place(className, methodName, newWhat, newKind, 1, 1);
    }

    /** The call of {@code owner.name}; {@code owner} is a simple class name. */
    Place call(String owner, String name) {
        return of(
                "call of " + owner + '.' + name,
                each -> each instanceof MethodInsnNode call && isNamed(call.owner, owner) && call.name.equals(name));
    }

    /** The method reference {@code owner::name}. */
    Place reference(String owner, String name) {
        return of(
                "reference " + owner + "::" + name,
                each -> each instanceof InvokeDynamicInsnNode dynamic
                        && dynamic.bsmArgs.length > 1
                        && dynamic.bsmArgs[1] instanceof Handle handle
                        && isNamed(handle.getOwner(), owner)
                        && handle.getName().equals(name));
    }

    /** The assignment of {@code field}. */
    Place assignment(String field) {
        return of(
                "assignment of " + field,
                each -> each instanceof FieldInsnNode put
                        && put.getOpcode() == Opcodes.PUTFIELD
                        && put.name.equals(field));
    }

    /** The comparison of two longs. */
    Place comparison() {
        return operator("comparison of longs", Opcodes.LCMP);
    }

    /** An arithmetic instruction. */
    Place operator(String name, int opcode) {
        return of(name, each -> each.getOpcode() == opcode);
    }

    /** The {@code newNumber}th of {@code newExpected} such instructions. */
    Place nth(int newNumber, int newExpected) {
        return new Place(className, methodName, what, kind, newNumber, newExpected);
    }

    private static boolean isNamed(String internalName, String simpleName) {
        return internalName.endsWith('/' + simpleName) || internalName.endsWith('$' + simpleName);
    }

    // ---- what is done there ----

    /** It does not happen. */
    Edit skipped() {
        return rewrite((node, method, found) -> {
            Operands operands = Operands.of(found);
            operands.requireNoResult();
            return operands.popped();
        });
    }

    /** It does not happen and yields {@code value}. */
    Edit gives(long value) {
        return rewrite((node, method, found) -> {
            Operands operands = Operands.of(found);
            InsnList code = operands.popped();
            code.add(operands.constant(value));
            return code;
        });
    }

    /**
     * The static method {@code name} of {@code Substitutes} happens instead: with the same operands, then those fields of
     * the object that runs the method ({@code this} for itself), and the same result.
     */
    Edit by(String name, String... fields) {
        return rewrite((node, method, found) -> {
            if (found instanceof InvokeDynamicInsnNode dynamic) {
                dynamic.bsmArgs[1] = Substitution.handle(name, dynamic);
                return null;
            }
            return Substitution.call(name, node, method, Operands.of(found), fields);
        });
    }

    /** The static method {@code name} of {@code Substitutes} makes another result of its result. */
    Edit resultBy(String name, String... fields) {
        return rewrite((node, method, found) -> {
            InsnList code = new InsnList();
            code.add(found.clone(Map.of()));
            code.add(Substitution.call(name, node, method, Operands.of(found).result(), fields));
            return code;
        });
    }

    /** {@code name}, a method of the same class without arguments, is called before the method returns. */
    Edit endsWith(String name) {
        return new Edit(className, node -> {
            for (MethodNode method : methods(node)) {
                for (AbstractInsnNode each : method.instructions.toArray()) {
                    if (each.getOpcode() == Opcodes.RETURN) {
                        method.instructions.insertBefore(each, new VarInsnNode(Opcodes.ALOAD, 0));
                        method.instructions.insertBefore(
                                each, new MethodInsnNode(Opcodes.INVOKEVIRTUAL, node.name, name, "()V", false));
                    }
                }
            }
        });
    }

    private interface Rewriting {
        /** What takes the place of {@code found}; null if it was changed itself. */
        @Nullable
        InsnList instead(ClassNode node, MethodNode method, AbstractInsnNode found);
    }

    private record Found(MethodNode method, AbstractInsnNode instruction) {}

    private Edit rewrite(Rewriting rewriting) {
        return new Edit(className, node -> {
            Found found = find(node);
            InsnList instead = rewriting.instead(node, found.method(), found.instruction());
            if (instead != null) {
                found.method().instructions.insertBefore(found.instruction(), instead);
                found.method().instructions.remove(found.instruction());
            }
        });
    }

    private Found find(ClassNode node) {
        List<Found> all = new ArrayList<>();
        for (MethodNode method : methods(node)) {
            for (AbstractInsnNode each : method.instructions) {
                if (kind.test(each)) {
                    all.add(new Found(method, each));
                }
            }
        }
        if (all.size() != expected) {
            throw new IllegalStateException(className + '.' + methodName + " has " + all.size() + " x " + what
                    + ", the fault was made for " + expected + ": adapt it to the code as it is now");
        }
        return all.get(number - 1);
    }

    private List<MethodNode> methods(ClassNode node) {
        List<MethodNode> found = node.methods.stream()
                .filter(method ->
                        method.name.equals(methodName) || method.name.startsWith("lambda$" + methodName + '$'))
                .toList();
        if (found.isEmpty()) {
            throw new IllegalStateException(
                    className + " has no method " + methodName + ": adapt the fault to the code as it is now");
        }
        return found;
    }
}
