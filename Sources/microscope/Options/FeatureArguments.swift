public import ArgumentParser
public import FeatureDashboards

extension FeatureName: ExpressibleByArgument {}
extension PromptStyle: ExpressibleByArgument {}
extension JudgeMethod: ExpressibleByArgument {}
extension FeatureFileForm: ExpressibleByArgument {}
