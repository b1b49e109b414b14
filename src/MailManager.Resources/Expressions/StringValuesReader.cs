using System.Collections.Immutable;
using MailManager.Resources.Binding;

namespace MailManager.Resources.Expressions;

/// <summary>Reads the <c>Values</c> of a string expression: texts, (+) or regular expressions where the operator wants them.</summary>
internal static class StringValuesReader
{
    /// <summary>Regular expressions of one condition.</summary>
    public const int MaximumPatterns = 10;

    /// <param name="map">The string expression.</param>
    /// <param name="comparison">Its operator; null when it could not be read.</param>
    /// <param name="maximum">Most texts.</param>
    /// <param name="text">What a text must look like.</param>
    public static ImmutableArray<string> Read(MapReader map, StringOperator? comparison, int maximum, TextRule text) =>
        comparison is StringOperator.Matches or StringOperator.NotMatches
            ? map.RequiredItems("Values", 1, MaximumPatterns, RegexRule.Read)
            : map.RequiredItems("Values", 1, maximum, item => item.Text(text));
}
