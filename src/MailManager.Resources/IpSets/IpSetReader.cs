using System.Collections.Immutable;
using System.Net.Sockets;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Expressions;

namespace MailManager.Resources.IpSets;

/// <summary>(+) Reads an <see cref="IpSet"/>.</summary>
public static class IpSetReader
{
    /// <summary>Ranges of a set that stand in the configuration; a file may have more.</summary>
    public const int MaximumValues = 10_000;

    internal static readonly TextRule Name = new(1, 64, "[a-zA-Z0-9_.-]+");

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    /// <param name="value">Holds it.</param>
    /// <param name="files">Finds the file. Whether it holds ranges is seen when it is loaded.</param>
    public static IpSet? Read(DocumentValue value, FileReferences files)
    {
        if (value.Map(["IpSetName", "Values", "File"]) is not { } map)
        {
            return null;
        }

        var name = map.Required("IpSetName") is { } nameValue ? ReadName(nameValue) : null;
        var values = map.Items("Values", 1, MaximumValues, ReadRange);
        var file = map.Optional("File") is { } fileValue ? files.Read(fileValue) : null;
        ImmutableArray<string> given = [.. map.Given.Where(key => key is "Values" or "File")];
        if (given.Length != 1)
        {
            value.Error($"must have exactly one of Values, File; got {(given.IsEmpty ? "none" : string.Join(" and ", given))}");
        }

        return map.Failed ? null : new IpSet { IpSetName = name!, Values = values, File = file };
    }

    /// <summary>Reads the name of a set that is used.</summary>
    internal static string? ReadReference(DocumentValue value)
    {
        var name = value.Text(Name);
        if (name is not null)
        {
            value.Context.Refer(ResourceKind.IpSet, name, value);
        }

        return name;
    }

    private static string? ReadName(DocumentValue value)
    {
        if (value.Text(Name) is not { } name)
        {
            return null;
        }

        if (BuiltInIpSets.All.Any(set => string.Equals(set.IpSetName, name, StringComparison.Ordinal)))
        {
            value.Error($"{DisplayText.Quote(name)} is built in and cannot be defined");
            return null;
        }

        value.Context.Declare(ResourceKind.IpSet, name, value);
        return name;
    }

    private static string? ReadRange(DocumentValue value)
    {
        var text = value.PlainText();
        if (text is null || AddressRange.Parse(text, AddressFamily.Unspecified, prefixRequired: false, out var problem) is not null)
        {
            return text;
        }

        value.Error(problem!);
        return null;
    }
}
