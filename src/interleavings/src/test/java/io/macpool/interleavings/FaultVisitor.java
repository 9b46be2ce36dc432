package io.macpool.interleavings;

import java.util.Locale;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Puts a fault into a class. */
final class FaultVisitor extends ClassVisitor {

  private static final String TWO_STEPS = "io/macpool/interleavings/TwoSteps";
  private static final String ATOMICS = "java/util/concurrent/atomic/Atomic";
  private static final String LOCKS = "java/util/concurrent/locks/";

  private final Fault fault;

  FaultVisitor(ClassVisitor next, Fault fault) {
    super(Opcodes.ASM9, next);
    this.fault = fault;
  }

  @Override
  public MethodVisitor visitMethod(
      int access, String name, String descriptor, String signature, String[] exceptions) {
    int changed = fault == Fault.NO_MONITOR ? access & ~Opcodes.ACC_SYNCHRONIZED : access;
    return new Calls(super.visitMethod(changed, name, descriptor, signature, exceptions), fault);
  }

  private static final class Calls extends MethodVisitor {

    private final Fault fault;

    Calls(MethodVisitor next, Fault fault) {
      super(Opcodes.ASM9, next);
      this.fault = fault;
    }

    @Override
    public void visitInsn(int opcode) {
      boolean monitor = opcode == Opcodes.MONITORENTER || opcode == Opcodes.MONITOREXIT;
      super.visitInsn(fault == Fault.NO_MONITOR && monitor ? Opcodes.POP : opcode);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      if (isReplaced(owner, name)) {
        super.visitMethodInsn(
            Opcodes.INVOKESTATIC,
            TWO_STEPS,
            name,
            "(L" + type(owner) + ";" + descriptor.substring(1),
            false);
      } else {
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      }
    }

    /** Maps are maps to those that take their place, whatever else they are. */
    private static String type(String owner) {
      return owner.endsWith("Map") ? "java/util/Map" : owner;
    }

    private boolean isReplaced(String owner, String name) {
      return switch (fault) {
        case NO_MONITOR -> false;
        case NO_COMPARE_AND_SET -> owner.startsWith(ATOMICS) && name.equals("compareAndSet");
        case NO_ATOMIC_MAP ->
            owner.startsWith("java/util/")
                && owner.endsWith("Map")
                && TwoSteps.OF_MAPS.contains(name);
        case NO_LOCK -> owner.startsWith(LOCKS) && name.toLowerCase(Locale.ROOT).endsWith("lock");
      };
    }
  }
}
