using System.Collections.Immutable;

namespace MailManager.Rules;

/// <summary>Why a policy or rule set cannot be put in force.</summary>
/// <param name="Path">Where, relative to the resource, in the API's member names: <c>Rules[3].Conditions[0]</c>.</param>
/// <param name="Reason">What is wrong and, where there is one, the cure.</param>
public sealed record CompileError(string Path, string Reason)
{
    public override string ToString() => $"{Path}: {Reason}";
}

/// <summary>Either a compiled resource or all reasons why there is none, in the order of the resource.</summary>
public sealed class CompileResult<T>
    where T : class
{
    internal CompileResult(T value, ImmutableArray<Requirement> requirements)
    {
        Value = value;
        Errors = [];
        Requirements = requirements;
    }

    internal CompileResult(ImmutableArray<CompileError> errors, ImmutableArray<Requirement> requirements)
    {
        Errors = errors;
        Requirements = requirements;
    }

    /// <summary>Null exactly when there are errors.</summary>
    public T? Value { get; }

    /// <summary>Empty exactly when there is a value.</summary>
    public ImmutableArray<CompileError> Errors { get; }

    /// <summary>What would have to be found out for it, known also where there is no value; each once, in the order of the resource.</summary>
    public ImmutableArray<Requirement> Requirements { get; }
}
