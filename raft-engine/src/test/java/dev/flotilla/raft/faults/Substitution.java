package dev.flotilla.raft.faults;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/** Calls of what stands in {@code dev.flotilla.raft.core.Substitutes}, in the core's own package. */
final class Substitution {
    private static final String OWNER = "dev/flotilla/raft/core/Substitutes";

    private Substitution() {}

    /** A call with the operands on the stack and those fields of the object that runs {@code method}. */
    static InsnList call(String name, ClassNode node, MethodNode method, Operands operands, String... fields) {
        InsnList code = new InsnList();
        List<Type> arguments = new ArrayList<>(operands.taken());
        for (String field : fields) {
            if ((method.access & Opcodes.ACC_STATIC) != 0) {
                throw new IllegalStateException(node.name + '.' + method.name + " has no fields at hand");
            }
            arguments.add(push(field, node, code));
        }
        String descriptor = Type.getMethodDescriptor(operands.left(), arguments.toArray(new Type[0]));
        require(name, descriptor);
        code.add(new MethodInsnNode(Opcodes.INVOKESTATIC, OWNER, name, descriptor, false));
        return code;
    }

    private static Type push(String field, ClassNode node, InsnList code) {
        code.add(new VarInsnNode(Opcodes.ALOAD, 0));
        if (field.equals("this")) {
            return Type.getObjectType(node.name);
        }
        String descriptor = node.fields.stream()
                .filter(each -> each.name.equals(field))
                .map(each -> each.desc)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(node.name + " has no field " + field));
        code.add(new FieldInsnNode(Opcodes.GETFIELD, node.name, field, descriptor));
        return Type.getType(descriptor);
    }

    /** What a method reference of the same type as {@code reference} refers to. */
    static Handle handle(String name, InvokeDynamicInsnNode reference) {
        String descriptor = ((Type) reference.bsmArgs[2]).getDescriptor();
        require(name, descriptor);
        return new Handle(Opcodes.H_INVOKESTATIC, OWNER, name, descriptor, false);
    }

    private static void require(String name, String descriptor) {
        boolean exists = FaultyLoader.read(OWNER).methods.stream()
                .anyMatch(each -> each.name.equals(name) && each.desc.equals(descriptor));
        if (!exists) {
            throw new IllegalStateException("Substitutes has no " + name + descriptor);
        }
    }
}
