using MailManager.Mta.Configuration;
using MailManager.Mta.Intake;
using MailManager.Mta.NamedSets;
using MailManager.Mta.Protection;
using MailManager.Mta.Tls;
using MailManager.Resources.Documents;
using MailManager.Resources.IngressPoints;
using MailManager.Rules;
using MailManager.Rules.Policies;
using MailManager.Rules.RuleSets;

namespace MailManager.Mta.Hosting;

/// <summary>Turns the resources in force into what ingress points decide by. All errors are found at once.</summary>
internal sealed class RuntimeBuilder
{
    private readonly LoadedConfiguration _configuration;
    private readonly TimeProvider _time;
    private readonly List<CompileError> _errors = [];

    private RuntimeBuilder(LoadedConfiguration configuration, TimeProvider time)
    {
        _configuration = configuration;
        _time = time;
    }

    /// <summary>Every ingress point, or errors with the place of what cannot be carried out here.</summary>
    /// <param name="configuration">What is to be built.</param>
    /// <param name="sets">Its IP sets and address lists.</param>
    /// <param name="time">For certificates.</param>
    public static (IReadOnlyList<BuiltIngress> Ingresses, IReadOnlyList<DocumentError> Errors) Build(
        LoadedConfiguration configuration, NamedSetTable sets, TimeProvider time) =>
        new RuntimeBuilder(configuration, time).Build(sets);

    private (IReadOnlyList<BuiltIngress> Ingresses, IReadOnlyList<DocumentError> Errors) Build(NamedSetTable sets)
    {
        var resources = _configuration.ResourceSet;
        var environment = RuleEnvironmentFactory.Create(resources, sets, _configuration.NodeSettings.Srs is not null);
        var policies = resources.TrafficPolicies.Select((policy, i) => Take(CompiledTrafficPolicy.Compile(policy, environment), $"TrafficPolicies[{i}]")).ToArray();
        var ruleSets = resources.RuleSets.Select((ruleSet, i) => Take(CompiledRuleSet.Compile(ruleSet, environment), $"RuleSets[{i}]")).ToArray();
        var trusts = resources.IngressPoints.Select((ingress, i) => ReadTrust(ingress, $"IngressPoints[{i}]")).ToArray();
        for (var i = 0; i < resources.IngressPoints.Length; i++)
        {
            if (resources.IngressPoints[i].TlsPolicy == TlsPolicy.Fips && FipsMode.Refusal(resources.IngressPoints[i].IngressPointName) is { } problem)
            {
                _errors.Add(new CompileError($"IngressPoints[{i}].TlsPolicy", problem));
            }
        }

        return _errors.Count > 0
            ? ([], [.. _errors.Select(error => _configuration.ErrorAt(error.Path, error.Reason))])
            : ([.. resources.IngressPoints.Select((ingress, i) => new BuiltIngress(
                ingress,
                CreateRuntime(
                    ingress,
                    policies.Single(policy => policy!.Name == ingress.TrafficPolicyId)!,
                    ruleSets.Single(ruleSet => ruleSet!.Name == ingress.RuleSetId)!),
                environment,
                trusts[i]))], []);
    }

    private IngressRuntime CreateRuntime(IngressPoint ingress, CompiledTrafficPolicy policy, CompiledRuleSet ruleSet) => new()
    {
        IngressPointName = ingress.IngressPointName,
        Policy = policy,
        RuleSet = ruleSet,
        Identities = _configuration.ResourceSet.Identities,
        Limits = new HeaderLimits
        {
            Block = ingress.Limits.HeaderBlock,
            Field = ingress.Limits.HeaderField,
            Fields = ingress.Limits.HeaderFields,
            Hops = ingress.Limits.Hops,
        },
        Protection = ingress.Protection,
    };

    private TrustStore? ReadTrust(IngressPoint ingress, string path)
    {
        if (ingress.Authentication is not IngressAuthentication.TrustStore trust)
        {
            return null;
        }

        var content = new TrustStoreContent(trust.CaContent, trust.CrlContent, trust.OnExpiredCrl == OnExpiredCrl.Ignore);
        var (store, errors) = TrustStoreReader.Read(content, _time);
        _errors.AddRange(errors.Select(error => new CompileError($"{path}.IngressPointConfiguration.TlsAuthConfiguration.TrustStore", error)));
        return store;
    }

    private T? Take<T>(CompileResult<T> result, string path)
        where T : class
    {
        _errors.AddRange(result.Errors.Select(error => error with { Path = $"{path}.{error.Path}" }));

        // What nobody computes would always have the same value, and policies and rules would go wrong in silence.
        _errors.AddRange(
            from requirement in result.Requirements
            let refusal = ComputedVerdicts.Refusal(requirement.Kind)
            where refusal is not null
            select new CompileError($"{path}.{requirement.Path}", refusal));
        return result.Value;
    }
}
