using MailManager.Mta.Intake;
using MailManager.Mta.Tls;
using MailManager.Resources.IngressPoints;
using MailManager.Rules;

namespace MailManager.Mta.Hosting;

/// <summary>An ingress point, checked and ready to be opened.</summary>
/// <param name="Ingress">As configured.</param>
/// <param name="Runtime">What it decides by.</param>
/// <param name="Environment">What its policy and rule set refer to.</param>
/// <param name="Trust">Whose certificates clients must show; null unless its type is MTLS.</param>
internal sealed record BuiltIngress(IngressPoint Ingress, IngressRuntime Runtime, RuleEnvironment Environment, TrustStore? Trust);
