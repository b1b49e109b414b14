using System.Collections.Immutable;
using System.Net.Sockets;
using MailManager.Resources.Binding;
using MailManager.Resources.IpSets;

namespace MailManager.Resources.Expressions;

/// <summary>Reads an expression that compares the client's address with ranges, (+) and with IP sets.</summary>
/// <param name="attribute">The only word that is allowed in <c>Evaluate</c>.</param>
/// <param name="family">Of the ranges.</param>
/// <param name="prefixRequired">Whether a bare address is refused.</param>
/// <param name="maximum">Most ranges.</param>
/// <param name="length">Of a range, as it is written.</param>
internal sealed class IpExpressionReader(string attribute, AddressFamily family, bool prefixRequired, int maximum, TextRule length)
{
    /// <summary>IP sets of one expression.</summary>
    public const int MaximumSets = 10;

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    public (IpOperator Operator, ImmutableArray<string> Values, ImmutableArray<string> IpSets)? Read(DocumentValue value)
    {
        if (value.Map(["Evaluate", "Operator", "Values", "IpSets"]) is not { } map)
        {
            return null;
        }

        map.Required("Evaluate")?.Union(["Attribute"])?.Value.Word([attribute]);
        var comparison = map.Word("Operator", OperatorWords.Ip);
        var values = map.Items("Values", 1, maximum, ReadRange);
        var sets = map.Items("IpSets", 1, MaximumSets, IpSetReader.ReadReference);
        if (map.Optional("Values") is null && map.Optional("IpSets") is null)
        {
            value.Error("Values is missing, or IpSets; there must be one of them, or both");
        }

        return map.Failed ? null : (comparison!.Value, values, sets);
    }

    private string? ReadRange(DocumentValue value)
    {
        var text = value.Text(length);
        if (text is null || AddressRange.Parse(text, family, prefixRequired, out var problem) is not null)
        {
            return text;
        }

        value.Error(problem!);
        return null;
    }
}
