namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>What users may choose among.</summary>
internal enum ActionLimits
{
    /// <summary>As in the paper: every variant on the own device, the most accurate one on the edge or in the cloud.</summary>
    Paper,

    /// <summary>No model selection: the most accurate variant on the own device, on the edge or in the cloud.</summary>
    Placement,

    /// <summary>No offloading: every variant on the own device.</summary>
    Models,

    /// <summary>Beyond the paper: every variant on every machine.</summary>
    Everywhere,
}
