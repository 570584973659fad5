using Isthmus.Core.Planning;

namespace Isthmus.Runtime.Adaptive;

/// <summary>Plans that send different parts of the same form of the picture to the same segments: to go from one to the other costs nothing.</summary>
internal static class PlanParts
{
    /// <summary>Whether two plans differ in nothing but how much of the picture is sent.</summary>
    public static bool DifferInPartOnly(Plan a, Plan b) => a != b && a.Input.IsProgressive && a with { Input = a.Input.Whole } == b with { Input = b.Input.Whole };
}
