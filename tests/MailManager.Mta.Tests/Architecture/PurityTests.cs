using System.Reflection;
using System.Reflection.Emit;
using MailManager.Smtp.Replies;

namespace MailManager.Mta.Tests.Architecture;

/// <summary>Grammar and replies work on octets alone: no pipe, socket, stream, clock, timer, task or logger, not even in a method's body.</summary>
public class PurityTests
{
    private static readonly string[] PureNamespaces = ["MailManager.Smtp.Grammar", "MailManager.Smtp.Replies", "MailManager.Smtp.Sasl.Grammar"];

    private static readonly string[] ForbiddenPrefixes =
    [
        "System.IO.", "System.Net.Sockets.Socket", "System.Net.Sockets.NetworkStream", "System.Threading.", "System.TimeProvider", "System.DateTime",
        "System.Diagnostics.Stopwatch", "System.Environment", "System.Random", "Microsoft.",
    ];

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    [Fact]
    public void Grammar_and_replies_touch_nothing_but_octets()
    {
        var types = typeof(SmtpReply).Assembly.GetTypes().Where(type => PureNamespaces.Contains(type.Namespace)).ToArray();

        Assert.True(types.Length > 10);
        Assert.Empty(types.SelectMany(UsedTypes).Where(use => ForbiddenPrefixes.Any(use.Used.StartsWith)).Distinct());
    }

    [Fact]
    public void The_reading_of_method_bodies_sees_what_is_called() =>
        Assert.Contains(UsedTypes(typeof(Impure)), use => use.Used == "System.DateTime");

    private static IEnumerable<(string Type, string Used)> UsedTypes(Type type)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var fields = type.GetFields(All).Select(field => field.FieldType);
        var methods = type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All));
        return fields.Concat(methods.SelectMany(UsedTypes)).Where(used => used.FullName is not null).Select(used => (type.FullName!, used.FullName!));
    }

    private static IEnumerable<Type> UsedTypes(MethodBase method)
    {
        foreach (var parameter in method.GetParameters())
        {
            yield return parameter.ParameterType;
        }

        if (method.GetMethodBody() is not { } body)
        {
            yield break;
        }

        foreach (var local in body.LocalVariables)
        {
            yield return local.LocalType;
        }

        foreach (var member in Members(method, body.GetILAsByteArray()!))
        {
            if (member as Type is { } used)
            {
                yield return used;
            }
            else if (member.DeclaringType is { } declaring)
            {
                yield return declaring;
            }
        }
    }

    private static IEnumerable<MemberInfo> Members(MethodBase method, byte[] code)
    {
        var typeArguments = method.DeclaringType!.GetGenericArguments();
        var methodArguments = method.IsGenericMethodDefinition ? method.GetGenericArguments() : [];
        for (var position = 0; position < code.Length;)
        {
            var value = code[position++] is 0xFE ? (short)(0xFE00 | code[position++]) : code[position - 1];
            var operation = OpCodesByValue[value];
            if (operation.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                yield return method.Module.ResolveMember(BitConverter.ToInt32(code, position), typeArguments, methodArguments)!;
            }

            position += OperandLength(operation.OperandType, code, position);
        }
    }

    private static int OperandLength(OperandType type, byte[] code, int position) => type switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, position)),
        _ => 4,
    };

    private static class Impure
    {
        public static long Now() => DateTime.UtcNow.Ticks;
    }
}
